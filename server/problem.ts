// What an operator can mend, as one sentence. Thrown by server/start.ts and what it calls; main.ts prints it without a stack.

/** A start that cannot succeed: the message says what is wrong and what to do. */
export class StartProblem extends Error {}
