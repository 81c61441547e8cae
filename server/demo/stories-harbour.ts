// What goes on at Harbour Fibre. Part of stories.ts.
import { day, hour, type Told } from "#server/demo/told.ts";
import { foreground } from "#server/demo/cast.ts";

const { priya, callum } = foreground;

export const harbourStories: Readonly<Record<string, Told>> = {
  dental: {
    brand: "harbour",
    customer: priya,
    client: "outlook",
    subject: "Card terminals offline every afternoon",
    steps: [
      [
        3 * day + 2 * hour,
        {
          kind: "in",
          text: "Hello,\n\nevery day at about 2 pm our card terminals lose the connection for ten minutes. Patients are queuing at the desk. The hub is a HarbourHub 2, account HF-204417.\n\nCould you look into it before Friday?\n\nBest\nPriya Patel\nPractice Manager, Thornbury Dental",
        },
      ],
      [
        3 * day + hour,
        {
          kind: "change",
          by: "emma",
          change: { status: "open", priority: "high" },
          topic: "internet.ausfall",
          assignee: "emma",
        },
      ],
      [
        3 * day,
        {
          kind: "out",
          by: "emma",
          statusAfter: "waiting",
          text: "Hello Priya,\n\nsorry to hear that. I can see the hub dropping its upstream at 13:58 every day since the maintenance window. I have moved you to another port; could you tell me how this afternoon goes?",
        },
      ],
      [
        2 * day - hour,
        { kind: "in", text: "Hi Emma,\n\nno dropouts yesterday, one short one today. Better, but not gone.\n\nPriya" },
      ],
      [
        2 * day - 3 * hour,
        {
          kind: "note",
          by: "emma",
          text: "Noise comes back when the lift next door starts its test run. @owen do we have filtered splitters in stock?",
        },
      ],
      [26 * hour, { kind: "note", by: "owen", text: "Two in the van. Can fit one tomorrow morning before they open." }],
      [
        25 * hour,
        {
          kind: "out",
          by: "emma",
          statusAfter: "waiting",
          text: "Hi Priya,\n\nOwen will fit a filter tomorrow before you open, at 7:30. He will need five minutes at the comms cabinet.",
        },
      ],
      [
        3 * hour,
        {
          kind: "in",
          text: "He was here at 7:25 and gone by 7:35. Not a single dropout since. Thank you both!\n\nPriya",
        },
      ],
    ],
  },
  logistics: {
    brand: "harbour",
    customer: callum,
    client: "outlook",
    subject: "URGENT: warehouse offline, SLA clock running",
    steps: [
      [
        65,
        {
          kind: "in",
          text: "Leased line down since 09:12, both fibres dark. We have nine lorries waiting for paperwork. Our SLA is four hours. Please confirm you have an engineer moving.\n\nCallum Reid\nHead of IT, Saltwick Logistics",
        },
      ],
      [
        58,
        {
          kind: "change",
          by: "owen",
          change: { status: "open", priority: "urgent" },
          topic: "internet.ausfall",
          assignee: "owen",
        },
      ],
      [
        55,
        {
          kind: "out",
          by: "owen",
          statusAfter: "open",
          text: "Callum,\n\nconfirmed: we see both fibres dark from our side too. Civils were digging at Dock Road this morning. A splice crew left Portmere ten minutes ago, expected on site within the hour. I will write again at the latest in 30 minutes.",
        },
      ],
      [
        52,
        {
          kind: "note",
          by: "owen",
          text: "@omar SLA runs out in three hours. Splicing alone takes 90 minutes. Failover 4G offered by phone, he wants it in writing.",
        },
      ],
      [9, { kind: "in", text: "Owen, thirty minutes are up. What is the status?\n\nCallum" }],
    ],
  },
};
