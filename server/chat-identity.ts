// Who sits at a page of the chat: by the token it kept, by a link in a mail of ours, or by the word of the site that signs its users in. Called by
// server/chat.ts.
import type { FromWidget } from "#contract/chat.ts";
import type { BrandId } from "#contract/ids.ts";
import { comeBy, meet, type Visitor } from "#modules/visitors/actions.ts";
import { comeByMove, isMove, type OpenedFrom } from "#modules/visitors/actions-moved.ts";
import { signIn } from "#modules/visitors/actions-signed.ts";
import type { World } from "#platform/world.ts";
import type { Caller } from "#server/chat-seats.ts";

type Hello = Extract<FromWidget, { type: "hello" }>;

/**
 * `isLed`: they are here by another way than the token they said; `was`: the address of whom they were until now, unsigned; `from`: where the link was made that
 * led them here from another browser. `refused`: the site's word is not believed.
 */
export type Met =
  | {
      readonly visitor: Visitor;
      readonly isLed: boolean;
      readonly was: string | null;
      readonly from: OpenedFrom | null;
    }
  | { readonly refused: string };

/** What stands before the word of a link by which a dialogue with a flow goes on in the chat. */
const flowMark = "f.";
export const isFlowLink = (link: string): boolean => link.startsWith(flowMark);
export const flowWordIn = (link: string): string => link.slice(flowMark.length);

/** Finds out who says hello. Why a site's word is not believed stands in the log; the page is told that it is so, and nothing else. */
export const whoIs = async (world: World, { channel }: Caller, hello: Hello): Promise<Met> => {
  const { identity, language, token, link } = hello;
  if (identity) {
    const signed = await signIn(world, {
      channelId: channel.id,
      brandId: channel.brandId as BrandId,
      language,
      word: identity.token,
      token,
      session: identity.session,
      joins: identity.joins,
    });
    if (!("disbelieved" in signed)) return { ...signed, isLed: true, from: null };
    world.log.warn("chat.identityRefused", { channelId: channel.id, why: signed.disbelieved });
    return { refused: "identityRefused" };
  }
  const browser = await meet(world, { channelId: channel.id, language, token });
  const at = { channelId: channel.id, link: link ?? "", browser };
  if (link !== null && isMove(link)) {
    const moved = await comeByMove(world, at);
    return { visitor: moved?.visitor ?? browser, isLed: moved !== null, was: null, from: moved?.from ?? null };
  }
  const came = link === null || isFlowLink(link) ? null : await comeBy(world, at);
  return { visitor: came ?? browser, isLed: came !== null, was: null, from: null };
};
