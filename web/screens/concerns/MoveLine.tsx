// One line in the thread where messages went to another concern, or came from one: says so, leads there, and offers the way back. Called by Thread.tsx.
import { Link } from "@tanstack/react-router";
import type { Move } from "#contract/concerns.ts";
import { Button } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { setUi } from "#web/state/ui.ts";
import { dayAndTime, t } from "#web/state/words.ts";
import "#web/screens/concerns/move.css";

export const MoveLine = ({ move }: { readonly move: Move }) => {
  const number = String(move.other.number);
  return (
    <p className="move-line">
      <Icon name="split" size="small" />
      <span>
        {t(`moving.line.${move.side}`, { count: move.count })}{" "}
        <Link className="move-other" to="/desk/$view/$number" params={{ view: "all", number }}>
          #{number} {move.other.subject}
        </Link>{" "}
        <small>{t("moving.line.by", { who: move.by, time: dayAndTime(move.movedAt) })}</small>
      </span>
      <Button look="quiet" icon="undo" onPress={() => setUi({ movingBack: move.key })}>
        {t("moving.takeBack")}
      </Button>
    </p>
  );
};
