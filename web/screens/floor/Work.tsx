// A piece of work as a line that can be dragged, or taken up by key and given to somebody. Used by queues and people of the floor.
import { useState } from "react";
import type { DragEvent, ReactNode } from "react";
import type { WorkKind } from "#contract/routing-book.ts";
import type { Hand } from "#contract/routing.ts";
import { IconButton } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import type { IconName } from "#web/kit/Icon.tsx";
import { PriorityMark } from "#web/kit/Marks.tsx";
import { CallHands } from "#web/screens/floor/CallHands.tsx";
import { RunningSince } from "#web/screens/floor/Marks.tsx";
import { moveWork, type Target } from "#web/state/floorActions.ts";
import { floorUi, setFloorUi } from "#web/state/floorUi.ts";
import { nameWords } from "#web/state/names.ts";
import { useStore } from "#web/state/store.ts";
import { setUi } from "#web/state/ui.ts";
import { t } from "#web/state/words.ts";

const icons: Readonly<Record<WorkKind, IconName>> = {
  voice: "phone",
  callback: "phone",
  chat: "chat",
  message: "mobile",
  mail: "mail",
  task: "note",
};

export const KindMark = ({ kind }: { readonly kind: WorkKind }) => (
  <Icon name={icons[kind]} size="small" label={t(`routing.kinds.${kind}`)} />
);

/** `also` stands behind the name: why it stands where it stands. */
export const WorkLine = ({
  work,
  at,
  also,
}: {
  readonly work: Hand;
  readonly at: string;
  readonly also?: ReactNode;
}) => {
  const isHere = useStore(floorUi, ({ spot }) => spot?.kind === "work" && spot.work.id === work.id);
  const subject = work.subject === "" ? nameWords(work.customerName) : work.subject;
  const open = (): void => setUi({ goTo: `/desk/all/${work.number}` });
  const taken = {
    draggable: true,
    onDragStart: (drag: DragEvent) => {
      drag.dataTransfer.effectAllowed = "move";
      drag.dataTransfer.setData("text/plain", `#${work.number}`);
      setFloorUi({ dragged: work });
    },
    onDragEnd: () => setFloorUi({ dragged: null }),
    onFocus: () => setFloorUi({ spot: { kind: "work", work } }),
  };
  return (
    <li className="floor-work" data-here={isHere || undefined} data-state={work.state} {...taken}>
      <KindMark kind={work.kind} />
      <button type="button" className="floor-work-open" data-floor-row onClick={open}>
        <span className="floor-work-number">#{work.number}</span> <span dir="auto">{subject}</span>
        <small>
          {nameWords(work.customerName)} · <RunningSince since={work.arrivedAt} at={at} />
          {work.state === "offered" ? ` · ${t("floor.offered")}` : ""}
          {work.rest === "none" ? "" : ` · ${t(`floor.rest.${work.rest}`)}`}
          {also}
        </small>
      </button>
      {work.priority === "normal" ? null : <PriorityMark priority={work.priority} words={false} />}
      {work.kind === "voice" || work.kind === "callback" ? (
        <CallHands concernId={work.concernId} name={work.customerName} />
      ) : null}
      <IconButton
        icon="right"
        size="small"
        label={t("floor.give", { number: String(work.number) })}
        keys="M"
        onPress={() => setFloorUi({ moving: work })}
      />
    </li>
  );
};

/** What a row needs to take a piece of work that is let go over it. */
export const useDropOn = (
  to: Target,
  name: string,
  /** It is there already. */
  holds: (work: Hand) => boolean,
) => {
  const [over, setOver] = useState(false);
  const fits = (): Hand | null => {
    const { dragged } = floorUi.get();
    return dragged !== null && !holds(dragged) ? dragged : null;
  };
  return {
    "data-over": over || undefined,
    onDragOver: (drag: DragEvent) => {
      if (fits() === null) return;
      drag.preventDefault();
      drag.dataTransfer.dropEffect = "move";
      setOver(true);
    },
    onDragLeave: (drag: DragEvent) => {
      if (!(drag.relatedTarget instanceof Node && drag.currentTarget.contains(drag.relatedTarget))) setOver(false);
    },
    onDrop: (drag: DragEvent) => {
      const work = fits();
      setOver(false);
      if (work === null) return;
      drag.preventDefault();
      void moveWork(work, to, name);
    },
  };
};
