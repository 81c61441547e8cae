// One calm line at a message that seems to open another concern: why, and the two answers. Called by MessageCard.tsx.
import type { Message, Proposal } from "#contract/concerns.ts";
import { Button } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { belongsHere, proposalWords, splitOff } from "#web/state/moving.ts";
import { t } from "#web/state/words.ts";
import "#web/screens/concerns/move.css";

export const ProposalLine = ({ message, proposal }: { readonly message: Message; readonly proposal: Proposal }) => (
  <p className="proposal-line">
    <Icon name="split" size="small" />
    <span>
      {t("moving.proposal.title")} <small>{proposalWords(proposal)}</small>
    </span>
    <Button look="quiet" keys="Shift Y" onPress={() => void splitOff(message.concernId, { from: message.id }, null)}>
      {t("moving.proposal.split")}
    </Button>
    <Button look="quiet" onPress={() => void belongsHere(message)}>
      {t("moving.proposal.no")}
    </Button>
  </p>
);
