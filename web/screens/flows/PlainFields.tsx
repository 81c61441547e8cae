// The forms of steps that say something, send somewhere, wait or end. Called by StepForm.
import { priorities } from "#contract/concerns.ts";
import type { FlowStep } from "#contract/flows.ts";
import { Choose } from "#web/kit/Field.tsx";
import { Amount, Line, none, Several, TextFields, ValueField, WordsField } from "#web/screens/flows/Fields.tsx";
import type { ChangeStep } from "#web/screens/flows/StepForm.tsx";
import { deskState } from "#web/state/desk.ts";
import { skillName, useRoutingBook } from "#web/state/routingBook.ts";
import { useStore } from "#web/state/store.ts";
import { topicPath } from "#web/state/topics.ts";
import { t } from "#web/state/words.ts";

type Of<K extends FlowStep["do"]> = Extract<FlowStep, { do: K }>;

interface About<K extends FlowStep["do"]> {
  readonly step: Of<K>;
  readonly change: ChangeStep<Of<K>>;
}

export const PlainFields = ({ step, change }: { readonly step: FlowStep; readonly change: ChangeStep }) => {
  switch (step.do) {
    case "say":
      return <Said step={step} change={change} label={t("flowEditor.text")} />;
    case "article":
      return <ArticleFields step={step} change={change as ChangeStep<typeof step>} />;
    case "incidents":
      return (
        <WordsField
          label={t("flowEditor.incidentWords")}
          hint={t("flowEditor.incidentWordsHint")}
          words={step.words}
          most={20}
          onChange={(words) => change((now) => ({ ...now, words }) as FlowStep)}
        />
      );
    case "verify":
      return <VerifyFields step={step} change={change as ChangeStep<typeof step>} />;
    case "handOver":
      return <HandOverFields step={step} change={change as ChangeStep<typeof step>} />;
    case "callback":
      return <CallbackFields step={step} change={change as ChangeStep<typeof step>} />;
    case "schedule":
      return <ScheduleFields step={step} change={change as ChangeStep<typeof step>} />;
    case "sendLink":
      return <LinkFields step={step} change={change as ChangeStep<typeof step>} />;
    case "wait":
      return <WaitFields step={step} change={change as ChangeStep<typeof step>} />;
    case "end":
      return (
        <>
          <Said step={step} change={change} label={t("flowEditor.endText")} />
          <Choose
            label={t("flowEditor.endsAs")}
            value={step.solved ? "solved" : "ended"}
            choices={[
              { id: "solved", label: t("flowEditor.ends.solved") },
              { id: "ended", label: t("flowEditor.ends.ended") },
            ]}
            onChange={(as) => change((now) => ({ ...now, solved: as === "solved" }) as FlowStep)}
          />
        </>
      );
    default:
      return null;
  }
};

const Said = ({
  step,
  change,
  label,
}: {
  readonly step: Extract<FlowStep, { text: unknown }>;
  readonly change: ChangeStep;
  readonly label: string;
}) => (
  <TextFields
    label={label}
    text={step.text}
    onChange={(text, about) => change((now) => ({ ...now, text }) as FlowStep, about)}
  />
);

/** A page's address as the contract wants it. */
const isPage = (text: string): boolean => {
  if (!URL.canParse(text) || text.length > 2_000) return false;
  const url = new URL(text);
  return url.protocol === "https:" && url.username === "";
};

const PageField = ({
  label,
  url,
  onChange,
}: {
  readonly label: string;
  readonly url: string;
  readonly onChange: (url: string) => void;
}) => (
  <Line
    label={label}
    hint={t("flowEditor.pageHint")}
    value={url}
    holds={isPage}
    fault={t("flowEditor.noPage")}
    onChange={onChange}
  />
);

const ArticleFields = ({ step, change }: About<"article">) => (
  <>
    <TextFields
      label={t("flowEditor.title")}
      text={step.title}
      isLine
      most={200}
      onChange={(title, about) => change((now) => ({ ...now, title }), about)}
    />
    <TextFields
      label={t("flowEditor.summary")}
      text={step.summary}
      onChange={(summary, about) => change((now) => ({ ...now, summary }), about)}
    />
    <PageField
      label={t("flowEditor.page")}
      url={step.url}
      onChange={(url) => change((now) => ({ ...now, url }), "url")}
    />
  </>
);

const VerifyFields = ({ step, change }: About<"verify">) => (
  <>
    <Choose
      label={t("flowEditor.verifyWhom")}
      value={step.email === undefined ? "own" : "value"}
      choices={[
        { id: "own", label: t("flowEditor.verifyOwn") },
        { id: "value", label: t("flowEditor.verifyValue") },
      ]}
      onChange={(by) => change(({ email: was, ...now }) => (by === "own" ? now : { ...now, email: was ?? "email" }))}
    />
    {step.email === undefined ? null : (
      <ValueField
        label={t("flowEditor.emailIn")}
        hint={t("flowEditor.emailInHint")}
        value={step.email}
        onChange={(email) => change((now) => ({ ...now, email }))}
      />
    )}
  </>
);

/** Which queue and topic a concern gets, of those that are there. */
const Whither = ({
  queueId,
  topicId,
  put,
}: {
  readonly queueId: string | null;
  readonly topicId: string | null;
  readonly put: (part: { readonly queueId: never } | { readonly topicId: never }) => void;
}) => {
  const { book } = useRoutingBook();
  const topics = useStore(deskState, (state) => state.topics);
  const queues = (book?.queues ?? []).map(({ id, name }) => ({ id: id as string, label: name }));
  const tree = topics
    .map((topic) => ({ id: topic.id as string, label: topicPath(topics, topic) }))
    .toSorted((a, b) => a.label.localeCompare(b.label));
  const withGone = (all: readonly { id: string; label: string }[], chosen: string | null) =>
    chosen === null || all.some(({ id }) => id === chosen) ? all : [...all, { id: chosen, label: t("filters.gone") }];
  return (
    <div className="pair">
      <Choose
        label={t("flowEditor.topic")}
        value={topicId ?? none}
        choices={[{ id: none, label: t("flowEditor.noTopic") }, ...withGone(tree, topicId)]}
        onChange={(id) => put({ topicId: (id === none ? null : id) as never })}
      />
      <Choose
        label={t("flowEditor.queue")}
        value={queueId ?? none}
        choices={[{ id: none, label: t("flowEditor.noQueue") }, ...withGone(queues, queueId)]}
        onChange={(id) => put({ queueId: (id === none ? null : id) as never })}
      />
    </div>
  );
};

const HandOverFields = ({ step, change }: About<"handOver">) => {
  const { book } = useRoutingBook();
  const skills = book?.skills ?? [];
  const open = skills.filter(({ id }) => !step.skills.some(({ skillId }) => skillId === id));
  return (
    <>
      <TextFields
        label={t("flowEditor.handOverText")}
        hint={t("flowEditor.handOverHint")}
        text={step.text}
        onChange={(text, about) => change((now) => ({ ...now, text }), about)}
      />
      <TextFields
        label={t("flowEditor.subject")}
        text={step.subject}
        onChange={(subject, about) => change((now) => ({ ...now, subject }), about)}
      />
      <Whither queueId={step.queueId} topicId={step.topicId} put={(part) => change((now) => ({ ...now, ...part }))} />
      <Choose
        label={t("flowEditor.priority")}
        value={step.priority ?? none}
        choices={[
          { id: none, label: t("flowEditor.noPriority") },
          ...priorities.map((id) => ({ id: id as string, label: t(`priority.${id}`) })),
        ]}
        onChange={(id) =>
          change((now) => ({ ...now, priority: priorities.find((priority) => priority === id) ?? null }))
        }
      />
      {skills.length === 0 && step.skills.length === 0 ? null : (
        <Several
          title={t("flowEditor.skills")}
          items={step.skills}
          most={Math.min(10, step.skills.length + open.length)}
          add={t("flowEditor.addSkill")}
          removeLabel={(place) => t("flowEditor.removeSkill", { place })}
          onAdd={() => {
            const [first] = open;
            if (first) change((now) => ({ ...now, skills: [...now.skills, { skillId: first.id, level: 1 }] }));
          }}
          onChange={(all) => change((now) => ({ ...now, skills: all }))}
          item={(one, index) => {
            const put = (part: Partial<typeof one>): void =>
              change((now) => ({ ...now, skills: now.skills.with(index, { ...one, ...part }) }));
            return (
              <div className="pair">
                <Choose
                  label={t("flowEditor.skill")}
                  value={one.skillId}
                  choices={[
                    { id: one.skillId, label: skillName(book, one.skillId) },
                    ...open.map(({ id, name }) => ({ id: id as string, label: name })),
                  ]}
                  onChange={(id) => {
                    const skill = skills.find((known) => known.id === id);
                    if (skill) put({ skillId: skill.id });
                  }}
                />
                <Choose
                  label={t("flowEditor.level")}
                  value={String(one.level)}
                  choices={["1", "2", "3", "4", "5"].map((id) => ({ id, label: id }))}
                  onChange={(level) => put({ level: Number(level) })}
                />
              </div>
            );
          }}
        />
      )}
    </>
  );
};

const CallbackFields = ({ step, change }: About<"callback">) => (
  <>
    <TextFields
      label={t("flowEditor.text")}
      text={step.text}
      onChange={(text, about) => change((now) => ({ ...now, text }), about)}
    />
    <TextFields
      label={t("flowEditor.subject")}
      text={step.subject}
      onChange={(subject, about) => change((now) => ({ ...now, subject }), about)}
    />
    <div className="pair">
      <ValueField
        label={t("flowEditor.phoneIn")}
        hint={t("flowEditor.phoneInHint")}
        value={step.phone}
        onChange={(phone) => change((now) => ({ ...now, phone }))}
      />
      <Choose
        label={t("flowEditor.callWhen")}
        value={step.when}
        choices={(["next", "choose"] as const).map((id) => ({ id, label: t(`flowEditor.whens.${id}`) }))}
        onChange={(when) => change((now) => ({ ...now, when }))}
      />
    </div>
    <Whither queueId={step.queueId} topicId={step.topicId} put={(part) => change((now) => ({ ...now, ...part }))} />
  </>
);

const ScheduleFields = ({ step, change }: About<"schedule">) => (
  <>
    <TextFields
      label={t("flowEditor.question")}
      text={step.text}
      onChange={(text, about) => change((now) => ({ ...now, text }), about)}
    />
    <ValueField
      label={t("flowEditor.into")}
      value={step.into}
      onChange={(into) => change((now) => ({ ...now, into }))}
    />
    <div className="pair">
      <Amount
        label={t("flowEditor.timeMinutes")}
        value={step.minutes}
        least={10}
        most={480}
        onChange={(minutes) => change((now) => ({ ...now, minutes: minutes ?? now.minutes }), "minutes")}
      />
      <Amount
        label={t("flowEditor.offers")}
        value={step.offers}
        least={1}
        most={8}
        onChange={(offers) => change((now) => ({ ...now, offers: offers ?? now.offers }), "offers")}
      />
      <Amount
        label={t("flowEditor.afterMinutes")}
        value={step.afterMinutes}
        least={0}
        most={10_080}
        onChange={(after) => change((now) => ({ ...now, afterMinutes: after ?? now.afterMinutes }), "after")}
      />
    </div>
  </>
);

const LinkFields = ({ step, change }: About<"sendLink">) => (
  <>
    <TextFields
      label={t("flowEditor.text")}
      text={step.text}
      onChange={(text, about) => change((now) => ({ ...now, text }), about)}
    />
    <Choose
      label={t("flowEditor.linkTo")}
      value={step.link.to}
      choices={(["here", "page"] as const).map((id) => ({ id, label: t(`flowEditor.linkTos.${id}`) }))}
      onChange={(to) =>
        change((now) => ({ ...now, link: to === "here" ? { to } : { to, url: "https://example.org/" } }))
      }
    />
    {step.link.to === "page" ? (
      <PageField
        label={t("flowEditor.page")}
        url={step.link.url}
        onChange={(url) => change((now) => ({ ...now, link: { to: "page", url } }), "url")}
      />
    ) : null}
    <Choose
      label={t("flowEditor.linkBy")}
      value={step.by.way}
      choices={(["here", "mail"] as const).map((id) => ({ id, label: t(`flowEditor.linkBys.${id}`) }))}
      onChange={(way) => change((now) => ({ ...now, by: way === "here" ? { way } : { way, email: "email" } }))}
    />
    {step.by.way === "mail" ? (
      <ValueField
        label={t("flowEditor.emailIn")}
        hint={t("flowEditor.emailInHint")}
        value={step.by.email}
        onChange={(email) => change((now) => ({ ...now, by: { way: "mail", email } }))}
      />
    ) : null}
  </>
);

const WaitFields = ({ step, change }: About<"wait">) => (
  <div className="pair">
    <Choose
      label={t("flowEditor.waitUntil")}
      value={step.until.by}
      choices={(["minutes", "opening"] as const).map((id) => ({ id, label: t(`flowEditor.waits.${id}`) }))}
      onChange={(by) => change((now) => ({ ...now, until: by === "opening" ? { by } : { by, minutes: 60 } }))}
    />
    {step.until.by === "minutes" ? (
      <Amount
        label={t("flowEditor.minutes")}
        value={step.until.minutes}
        least={1}
        most={43_200}
        onChange={(minutes) =>
          change((now) => ({ ...now, until: { by: "minutes", minutes: minutes ?? 60 } }), "minutes")
        }
      />
    ) : null}
  </div>
);
