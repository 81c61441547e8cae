// Carries out together what is asked for at the same time. Used where carrying out costs more than what is carried: the intake's commits.

interface Waiting<I, O> {
  readonly input: I;
  readonly resolve: (output: O) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * What is asked for while nothing is under way is carried out at once; what comes meanwhile goes together in the next turn, in its order, at most `most`
 * at a time. `carryOut` gives an output for each input, in their order. A turn of several that fails is carried out again one by one, if `eachAlone` says so
 * of the error: nobody fails for another's sake.
 */
export const inTurns = <I, O>(
  carryOut: (inputs: readonly I[]) => Promise<readonly O[]>,
  most: number,
  eachAlone: (error: unknown) => boolean,
): ((input: I) => Promise<O>) => {
  const waiting: Waiting<I, O>[] = [];
  let underway = false;

  const carry = async (turn: readonly Waiting<I, O>[]): Promise<void> => {
    try {
      const outputs = await carryOut(turn.map(({ input }) => input));
      for (const [place, { resolve }] of turn.entries()) resolve(outputs[place] as O);
    } catch (error) {
      if (turn.length > 1 && eachAlone(error)) await Promise.all(turn.map((one) => carry([one])));
      else for (const { reject } of turn) reject(error);
    }
  };

  const go = async (): Promise<void> => {
    underway = true;
    while (waiting.length > 0) await carry(waiting.splice(0, most));
    underway = false;
  };

  return (input) =>
    new Promise((resolve, reject) => {
      waiting.push({ input, resolve, reject });
      if (!underway) void go();
    });
};
