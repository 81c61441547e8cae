// A draft that waits beside what is being written, with what can be done with it. Called by the composer and by the screen that writes first.
import { useEffect } from "react";
import { Button } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import type { Opened } from "#web/state/apply.ts";
import { firstWords, isEmpty } from "#web/state/composing.ts";
import type { Composing } from "#web/state/composing.ts";
import { adopt, composerOf, discard, swapDrafts } from "#web/state/drafts.ts";
import { useStore } from "#web/state/store.ts";
import { toast } from "#web/state/toasts.ts";
import { compose } from "#web/state/ui.ts";
import { t } from "#web/state/words.ts";
import "#web/screens/concerns/schedule.css";

/** The line of a waiting draft; `swaps`: something stands where it would go, and goes where it was. */
export const WaitingDraft = ({
  content,
  swaps,
  take,
  discardIt,
}: {
  readonly content: Pick<Composing, "text" | "uploads">;
  readonly swaps: boolean;
  readonly take: () => void;
  readonly discardIt: () => void;
}) => (
  <div className="scheduled">
    <p>
      <Icon name="reply" size="small" />
      <span>
        {t("composer.second")} <q>{firstWords(content) || t("composer.files", { count: content.uploads.length })}</q>
      </span>
    </p>
    <div className="scheduled-actions">
      <Button look="quiet" onPress={take}>
        {t(swaps ? "composer.swap" : "composer.goOnWithSecond")}
      </Button>
      <Button look="quiet" icon="trash" onPress={discardIt}>
        {t("composer.discardSecond")}
      </Button>
    </div>
  </div>
);

/** The second draft of a concern, if there is one. */
export const SecondDraft = ({ opened }: { readonly opened: Opened }) => {
  const { id } = opened.concern.row;
  const draftOf = (kind: "reply" | "second") => opened.drafts.find((one) => one.kind === kind);
  const draft = draftOf("second");
  const content = useStore(composerOf(id, "second", draft), (now) => now.content);
  const standing = useStore(composerOf(id, "reply", draftOf("reply")), (now) => !isEmpty(now.content));
  useEffect(() => adopt(id, "second", draft), [id, draft]);
  if (isEmpty(content)) return null;
  return (
    <WaitingDraft
      content={content}
      swaps={standing}
      take={() => {
        swapDrafts(id);
        compose("reply");
      }}
      discardIt={() => {
        const undo = discard(id, "second");
        toast(t("composer.discarded"), { undo });
      }}
    />
  );
};
