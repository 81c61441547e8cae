// A kind of work as a picture that says its name. Called by everything that shows work.
import type { WorkKind } from "#contract/routing-book.ts";
import { Icon } from "#web/kit/Icon.tsx";
import type { IconName } from "#web/kit/Icon.tsx";
import { t } from "#web/state/words.ts";

const icons: Readonly<Record<WorkKind, IconName>> = {
  voice: "phone",
  callback: "retry",
  chat: "chat",
  message: "mobile",
  mail: "mail",
  task: "check",
};

/** `silent`: its name stands beside it. */
export const KindMark = ({ kind, silent = false }: { readonly kind: WorkKind; readonly silent?: boolean }) => (
  <Icon name={icons[kind]} {...(silent ? {} : { label: t(`routing.kinds.${kind}`) })} />
);
