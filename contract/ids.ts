// The branded ids of every entity. Used wherever an id crosses a wire or a function.
import { z } from "zod";

const id = <B extends string>() => z.uuid().brand<B>();

/** Every id is a UUIDv7 made in the program; the brand keeps a concern's id out of a customer's place. */
export const brandId = id<"BrandId">();
export const channelId = id<"ChannelId">();
export const customerId = id<"CustomerId">();
export const addressId = id<"AddressId">();
export const organisationId = id<"OrganisationId">();
export const concernId = id<"ConcernId">();
export const partyId = id<"PartyId">();
export const messageId = id<"MessageId">();
export const deliveryId = id<"DeliveryId">();
export const agentId = id<"AgentId">();
export const teamId = id<"TeamId">();
export const topicId = id<"TopicId">();
export const calendarId = id<"CalendarId">();
export const noticeId = id<"NoticeId">();
export const intakeId = id<"IntakeId">();
export const viewId = id<"ViewId">();
export const fieldId = id<"FieldId">();
export const promiseRuleId = id<"PromiseRuleId">();
export const automationRuleId = id<"AutomationRuleId">();
export const macroId = id<"MacroId">();
export const queueId = id<"QueueId">();
export const skillId = id<"SkillId">();
export const workId = id<"WorkId">();
export const flowId = id<"FlowId">();
export const flowRunId = id<"FlowRunId">();
export const serviceId = id<"ServiceId">();

export type BrandId = z.infer<typeof brandId>;
export type ChannelId = z.infer<typeof channelId>;
export type CustomerId = z.infer<typeof customerId>;
export type AddressId = z.infer<typeof addressId>;
export type OrganisationId = z.infer<typeof organisationId>;
export type ConcernId = z.infer<typeof concernId>;
export type PartyId = z.infer<typeof partyId>;
export type MessageId = z.infer<typeof messageId>;
export type DeliveryId = z.infer<typeof deliveryId>;
export type AgentId = z.infer<typeof agentId>;
export type TeamId = z.infer<typeof teamId>;
export type TopicId = z.infer<typeof topicId>;
export type CalendarId = z.infer<typeof calendarId>;
export type NoticeId = z.infer<typeof noticeId>;
export type IntakeId = z.infer<typeof intakeId>;
export type ViewId = z.infer<typeof viewId>;
export type FieldId = z.infer<typeof fieldId>;
export type PromiseRuleId = z.infer<typeof promiseRuleId>;
export type AutomationRuleId = z.infer<typeof automationRuleId>;
export type MacroId = z.infer<typeof macroId>;
export type QueueId = z.infer<typeof queueId>;
export type SkillId = z.infer<typeof skillId>;
export type WorkId = z.infer<typeof workId>;
export type FlowId = z.infer<typeof flowId>;
export type FlowRunId = z.infer<typeof flowRunId>;
export type ServiceId = z.infer<typeof serviceId>;
