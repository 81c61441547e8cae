/** @jsxImportSource preact */
// By which way the visitor wants to be answered. Called by main.tsx.
import type { ChannelKind } from "#contract/channel.ts";
import type english from "#locales/en.json";

export interface WishProps {
  readonly wish: ChannelKind | null;
  readonly choose: (wish: ChannelKind | null) => void;
  readonly words: Pick<(typeof english)["widget"], "wish">;
}

const kinds = ["webchat", "email"] as const satisfies readonly ChannelKind[];

export const Wish = ({ wish, choose, words }: WishProps) => (
  <div class="introduce">
    <label>
      {words.wish.title}
      <select
        value={wish ?? ""}
        onChange={({ currentTarget }) => choose(kinds.find((kind) => kind === currentTarget.value) ?? null)}
      >
        <option value="">{words.wish.any}</option>
        {kinds.map((kind) => (
          <option key={kind} value={kind}>
            {words.wish[kind]}
          </option>
        ))}
      </select>
    </label>
  </div>
);
