/** @jsxImportSource preact */
// What most visitors never see, with all it needs but Preact, in a file of its own: what the visitor can set, forms to fill in, what is asked before and after the first words, the code that proves an
// address, how they want to be answered, how a chat goes on elsewhere, a rating, a sign-in that is not believed, and the sound of news. Built as widget/sheets-….js, fetched when it is to be shown; called by chat/Sheet.tsx and chat/main.tsx.
import { render } from "preact";
import german from "#locales/de.json" with { type: "json" };
import english from "#locales/en.json" with { type: "json" };
import { adopt } from "#widget/adopt.ts";
import type { Language } from "#widget/words.ts";
import { Confirm, type ConfirmProps } from "./Confirm.tsx";
import { Form, type FormProps } from "./Form.tsx";
import { Introduce, type IntroduceProps } from "./Introduce.tsx";
import type { MoveProps } from "./Move.tsx";
import { Rating, type RatingProps } from "./Rating.tsx";
import { PreChat, type PreChatProps } from "./PreChat.tsx";
import { Unbelieved, type UnbelievedProps } from "./Unbelieved.tsx";
import type { WishProps } from "./Wish.tsx";
import { You, type YouProps } from "./You.tsx";
import sheetsCss from "./sheets.css?inline";

export { give } from "#widget/given.ts";

/** Where it is drawn, inside the widget's root, and what it speaks. */
export interface SheetPlace {
  readonly place: HTMLElement;
  readonly language: Language;
}

const style = adopt(sheetsCss);
const wordsIn = (
  language: Language,
): PreChatProps["words"] &
  ConfirmProps["words"] &
  MoveProps["words"] &
  RatingProps["words"] &
  WishProps["words"] &
  FormProps["words"] &
  YouProps["words"] &
  UnbelievedProps["words"] => (language === "de" ? german.widget : english.widget);

/** Asks what is to be answered before the first words; called again with what is asked now. */
export const showPreChat = ({ place, language, ...props }: SheetPlace & Omit<PreChatProps, "words">): void => {
  style(place);
  render(<PreChat {...props} words={wordsIn(language)} />, place);
};

/** Asks how an answer reaches the visitor. */
export const showIntroduce = ({ place, language, ...props }: SheetPlace & Omit<IntroduceProps, "words">): void => {
  style(place);
  render(<Introduce {...props} words={wordsIn(language)} />, place);
};

/** Shows a form to fill in. */
export const showForm = ({ place, language, ...props }: SheetPlace & Omit<FormProps, "words">): void => {
  style(place);
  render(<Form {...props} words={wordsIn(language)} />, place);
};

/** Shows what the visitor can set. */
export const showYou = ({ place, language, ...props }: SheetPlace & Omit<YouProps, "words">): void => {
  style(place);
  render(<You {...props} words={wordsIn(language)} />, place);
};

/** Has a code mailed, and tries it. */
export const showConfirm = ({ place, language, ...props }: SheetPlace & Omit<ConfirmProps, "words">): void => {
  style(place);
  render(<Confirm {...props} words={wordsIn(language)} />, place);
};

/** Says that the site's sign-in is not believed. */
export const showUnbelieved = ({ place, language, ...props }: SheetPlace & Omit<UnbelievedProps, "words">): void => {
  style(place);
  render(<Unbelieved {...props} words={wordsIn(language)} />, place);
};

/** Asks for a rating, below the question. */
export const showRating = ({ place, language, ...props }: SheetPlace & Omit<RatingProps, "words">): void => {
  style(place);
  render(<Rating {...props} words={wordsIn(language)} />, place);
};

/** Two soft notes, made here: nothing is fetched for them. */
export const sound = (): void => {
  const audio = new AudioContext();
  const loudness = audio.createGain();
  loudness.connect(audio.destination);
  loudness.gain.setValueAtTime(0.06, audio.currentTime);
  loudness.gain.exponentialRampToValueAtTime(0.0001, audio.currentTime + 0.4);
  for (const [index, pitch] of [660, 880].entries()) {
    const tone = audio.createOscillator();
    tone.frequency.value = pitch;
    tone.connect(loudness);
    tone.start(audio.currentTime + index * 0.12);
    tone.stop(audio.currentTime + 0.4);
    if (index === 1) tone.addEventListener("ended", () => void audio.close());
  }
};

/** Takes away what is shown there. */
export const hide = (place: HTMLElement): void => render(null, place);
