// Mails of the program that belong to no concern (codes, links), by the brand's own mailbox. Called by server/chat-code.ts and server/flow-effects.ts.
import type { BrandId } from "#contract/ids.ts";
import { brandById } from "#modules/brands/reads.ts";
import type { World } from "#platform/world.ts";
import { secretsOf } from "#server/channel-secrets.ts";
import type { Connected } from "#server/connected.ts";
import type { ConnectedChannel } from "#server/intake.ts";

const canSend = ({ implementation, settings }: ConnectedChannel): boolean => implementation.canSend(settings as never);

export interface BrandMail {
  readonly brandId: string | undefined;
  /** A UUID; the same at each try, so that a second copy can be recognised. */
  readonly mailId: string;
  /** When it was made. */
  readonly at: string;
  readonly email: string;
  readonly subject: (brand: string) => string;
  readonly text: (brand: string) => string;
}

/** Hands a mail to the brand's first mailbox that can send. "later": the mail server puts us off; "over": it is gone, or never will be. `event`: by which name the log speaks of what is not sent. */
export const mailByBrand = async (
  world: World,
  connected: Connected,
  mail: BrandMail,
  event: "chat.codeNotSent" | "flow.mailNotSent",
): Promise<"over" | "later"> => {
  const mailbox = connected
    .enabled()
    .find((each) => each.brandId === mail.brandId && each.kind === "email" && canSend(each));
  if (mailbox === undefined) {
    world.log.warn(event, { brandId: mail.brandId ?? null, why: "no mailbox of the brand can send" });
    return "over";
  }
  const { settings, implementation } = mailbox;
  const brand = (await brandById(world.db, mailbox.brandId as BrandId))?.name ?? "";
  const calls = implementation.render(
    {
      deliveryId: mail.mailId,
      concernNumber: 0,
      at: new Date(mail.at).toISOString(),
      fromName: brand,
      to: [{ name: null, value: mail.email }],
      cc: [],
      recipients: [mail.email],
      subject: mail.subject(brand),
      text: mail.text(brand),
      html: null,
      files: [],
      replyToken: null,
      messageToken: world.mac("message", mail.mailId).slice(0, 26),
      deliveryToken: world.mac("code-mail", mail.mailId).slice(0, 26),
      answers: [],
      automatic: true,
    },
    settings as never,
  );
  let became: "over" | "later" = "over";
  for (const call of calls) {
    const io = {
      log: (level: "debug" | "info" | "warn" | "error", name: string) => world.log[level](name),
      now: world.now,
      secrets: secretsOf(world, mailbox.id),
      begin: async () => true,
    };
    const result = await implementation.deliver(call, settings as never, io);
    if (result.kind === "tryLater") became = "later";
    else if (result.kind !== "accepted") world.log.warn(event, { channelId: mailbox.id, kind: result.kind });
  }
  return became;
};
