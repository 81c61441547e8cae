// Makes one statement of those that many ask alike at one moment: words that are taken in side by side in one transaction, pages that come at once. Called
// by the modules' store.ts.
import type { Db, Tx } from "#platform/db/db.ts";
import { gather, type Gathered } from "#platform/gather.ts";

/** Questions of one kind under way on the pool, and items in one of them. */
const poolAtOnce = 2;
const poolMost = 100;

const isPool = (tx: Tx): tx is Db => "transaction" in tx;

/**
 * What is asked in one turn of the event loop on one transaction is asked together, on the pool also what comes while two such questions are under way:
 * `work` gives each item's answer in its place (none: nothing is answered), and is given one item where nobody else asks. The answer comes no earlier than the statement has been
 * sent, so whatever is asked after it stands behind it. When `work` fails, it has failed for all of them, as it has for their transaction.
 */
export const alike = <I, O>(
  work: (tx: Tx, items: readonly I[]) => Promise<readonly O[]>,
): ((tx: Tx, item: I) => Promise<O>) => {
  const pools = new WeakMap<Tx, Gathered<I, O>>();
  const onPool = (db: Db): Gathered<I, O> => {
    const asking = gather<I, O>({
      atOnce: poolAtOnce,
      most: poolMost,
      work: async (items) => {
        const answers = await work(db, items);
        return items.map((_, place) => ({ status: "fulfilled", value: answers[place] as O }));
      },
    });
    pools.set(db, asking);
    return asking;
  };
  const waiting = new WeakMap<Tx, { readonly items: I[]; readonly answers: Promise<readonly O[]> }>();
  const gathered = (tx: Tx): { readonly items: I[]; readonly answers: Promise<readonly O[]> } => {
    const items: I[] = [];
    const answers = new Promise<void>((resolve) => process.nextTick(resolve)).then(() => {
      waiting.delete(tx);
      return work(tx, items);
    });
    const line = { items, answers };
    waiting.set(tx, line);
    return line;
  };
  return async (tx, item) => {
    if (isPool(tx)) return (pools.get(tx) ?? onPool(tx))(item);
    const { items, answers } = waiting.get(tx) ?? gathered(tx);
    const place = items.push(item) - 1;
    return (await answers)[place] as O;
  };
};
