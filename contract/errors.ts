// Every refusal the product can give, with its HTTP status. Words stand in locales under `errors.<code>`.
import { z } from "zod";

const table = {
  notSignedIn: 401,
  wrongCredentials: 401,
  tooManyAttempts: 429,
  notAllowed: 403,
  notFound: 404,
  invalidInput: 400,
  tooLarge: 413,
  fileTypeRefused: 415,
  fileEmpty: 400,
  noFilesHere: 400,
  noPartsHere: 400,
  fileInfected: 403,
  fileUnscannable: 403,
  secretHeld: 403,
  fileWaiting: 503,
  tooManyFiles: 413,
  staleVersion: 409,
  takenMeanwhile: 409,
  alreadySetUp: 409,
  addressTaken: 409,
  sameCustomer: 409,
  mergedAgain: 409,
  nameTaken: 409,
  unknownAgent: 400,
  agentDisabled: 400,
  unknownTeam: 400,
  unknownTopic: 400,
  topicInUse: 409,
  unknownTier: 400,
  tierTwice: 400,
  tierInUse: 409,
  tooManyTags: 400,
  tooManyViews: 409,
  tooManyAtOnce: 400,
  unknownChannel: 400,
  channelCannotSend: 400,
  noRecipient: 400,
  invalidAddress: 400,
  addressSuppressed: 409,
  windowClosed: 409,
  notFirst: 409,
  emptyMessage: 400,
  concernClosed: 409,
  statusNotReachable: 409,
  quoteNotSeen: 409,
  alreadySent: 409,
  sentBefore: 409,
  nothingToUndo: 409,
  twoDrafts: 409,
  takenBack: 409,
  ratingOver: 410,
  flowOver: 410,
  timeInPast: 400,
  passwordTooWeak: 400,
  linkToItself: 400,
  fieldNotText: 400,
  fieldNotNumber: 400,
  fieldNotDate: 400,
  fieldNotYesNo: 400,
  fieldNotChoice: 400,
  fieldWithoutChoices: 400,
  tooManyFields: 400,
  linkIsFollowUp: 409,
  moveToItself: 400,
  moveOtherCustomer: 409,
  moveOtherBrand: 409,
  moveNothing: 409,
  moveAll: 409,
  concernMerged: 409,
  tooManyKeys: 409,
  keyIsPrivate: 400,
  keyNotP256: 400,
  hoursZone: 400,
  hoursEmpty: 400,
  hoursOverlap: 400,
  hoursIntoNext: 400,
  hoursDays: 400,
  hoursTwice: 400,
  calendarNone: 400,
  calendarLine: 400,
  calendarEnds: 400,
  calendarValue: 400,
  calendarStart: 400,
  calendarOrder: 400,
  calendarRule: 400,
  calendarZone: 400,
  calendarMany: 400,
  calendarSlow: 400,
  calendarLarge: 400,
  calendarEmpty: 400,
  calendarUsed: 409,
  calendarAddress: 400,
  calendarUnreachable: 409,
  calendarLate: 409,
  calendarRedirected: 409,
  calendarStatus: 409,
  calendarPage: 409,
  calendarType: 409,
  calendarNotFetched: 409,
  promiseNothing: 400,
  promiseTwice: 400,
  automationTwice: 400,
  automationMe: 400,
  tooManyMacros: 409,
  answersMachine: 409,
  answersUnsure: 409,
  answeredToday: 409,
  answeredEnough: 409,
  unknownSkill: 400,
  unknownQueue: 400,
  unknownBrand: 400,
  routingTwice: 400,
  routingSteps: 400,
  routingStepAfter: 400,
  routingBack: 400,
  routingCircle: 400,
  routingRest: 400,
  routingRestWeight: 400,
  offerOver: 409,
  notHeld: 409,
  notWaiting: 409,
  mayNotPull: 403,
  notAble: 409,
  notAvailable: 409,
  noRoom: 409,
  notParked: 409,
  notRouted: 503,
  callOver: 409,
  callElsewhere: 409,
  numberInvalid: 400,
  numberForbidden: 403,
  numberUnwanted: 409,
  dialNotNow: 409,
  dialTooMany: 429,
  dialUsedUp: 429,
  dialNotAble: 409,
  noticeEmpty: 400,
  noticeEnds: 400,
  flowHasErrors: 409,
  serviceUsed: 409,
  secretElsewhere: 400,
  overloaded: 503,
  unavailable: 503,
  internal: 500,
} as const;

export type ErrorCode = keyof typeof table;
export const errorCodes = Object.keys(table) as readonly ErrorCode[];

/** A code as it crosses the wire. */
export const errorCode = z.enum(errorCodes as [ErrorCode, ...ErrorCode[]]);

/** The HTTP status that goes with a code. */
export const statusOf = (code: ErrorCode): number => table[code];

/** A refusal as a value: what an action returns when it will not do it. `facts` fill the words' placeholders. */
export interface Refusal {
  readonly refused: ErrorCode;
  readonly facts?: Readonly<Record<string, string | number>>;
  /** Path of the input field that is wrong, e.g. "to.0". */
  readonly field?: string;
}

/** Makes a refusal. */
export const refuse = (
  refused: ErrorCode,
  facts?: Readonly<Record<string, string | number>>,
  field?: string,
): Refusal => ({
  refused,
  ...(facts ? { facts } : {}),
  ...(field ? { field } : {}),
});

/** True for a refusal, false for the result of an action that was carried out. */
export const isRefusal = (value: unknown): value is Refusal =>
  typeof value === "object" && value !== null && "refused" in value && typeof value.refused === "string";

/** The body of every response that is not 2xx. */
export const errorBody = z.strictObject({
  error: z.strictObject({
    code: errorCode,
    message: z.string(),
    facts: z.record(z.string(), z.union([z.string(), z.number()])),
    field: z.string().nullable(),
    /** Also in the X-Request-Id header and in the log line. */
    requestId: z.string(),
  }),
});
export type ErrorBody = z.infer<typeof errorBody>;
