// Which speaker and which listener this process uses, by its settings; and the sounds it keeps. Called by start.ts.
import { join } from "node:path";
import type { Log } from "#platform/log.ts";
import { broughtSpeaker, isBrought } from "#platform/speech/espeak-brought.ts";
import { espeakSpeaker, type EspeakVoices } from "#platform/speech/espeak.ts";
import { httpListener, httpSpeaker } from "#platform/speech/http.ts";
import { whereIs } from "#platform/speech/program.ts";
import type { Listener, Speaker } from "#platform/speech/speech.ts";
import { voskListener } from "#platform/speech/vosk.ts";
import type { SpeechConfig } from "#server/config-speech.ts";
import { openRecorded } from "#server/speech-recorded.ts";
import { openSpeech, type Speech, type SpeechOptions } from "#server/speech.ts";

/** What speaks by these settings; null: nothing does. `missing`: what was wanted and is not on this machine, as a sentence for the operator. */
export const speakerBy = async (
  config: SpeechConfig,
): Promise<{ readonly speaker: Speaker | null; readonly missing: string | null }> => {
  const { speaker, voices, speakerKey, speakerModel, pace, searchPath } = config;
  const own: EspeakVoices = { de: voices.de ?? "de", en: voices.en ?? "en", wordsAMinute: pace };
  const brought = (): { readonly speaker: Speaker | null; readonly missing: string | null } =>
    isBrought()
      ? { speaker: broughtSpeaker(own), missing: null }
      : {
          speaker: null,
          missing: "Nothing speaks in calls: install espeak-ng on this machine, or set SPEAKER to a service's address.",
        };
  switch (speaker.by) {
    case "off":
      return { speaker: null, missing: null };
    case "http":
      return {
        speaker: httpSpeaker({ url: speaker.url, key: speakerKey, model: speakerModel }, voices),
        missing: null,
      };
    case "program": {
      const path = await whereIs(speaker.path, "");
      if (path !== null) return { speaker: espeakSpeaker(path, own), missing: null };
      return {
        ...brought(),
        missing: `SPEAKER ${speaker.path} is no program that can be run here: calls speak by the espeak-ng that comes along.`,
      };
    }
    case "auto": {
      const path = await whereIs("espeak-ng", searchPath);
      return path === null ? brought() : { speaker: espeakSpeaker(path, own), missing: null };
    }
    case "brought":
      return brought();
  }
};

/** What listens by these settings; null: nothing does. */
export const listenerBy = ({ listener, listenerKey, listenerModel }: SpeechConfig): Listener | null => {
  switch (listener.by) {
    case "off":
      return null;
    case "http":
      return httpListener({ url: listener.url, key: listenerKey, model: listenerModel });
    case "socket":
      return voskListener(listener.url, listenerKey);
  }
};

/** Opens what speaks and listens; what is missing stands in the log. */
export const startSpeech = async (
  config: { readonly speech: SpeechConfig; readonly dataDir: string },
  parts: { readonly log: Log; readonly now: () => Date } & Pick<SpeechOptions, "count">,
): Promise<Speech> => {
  const { speaker, missing } = await speakerBy(config.speech);
  const listener = listenerBy(config.speech);
  if (missing !== null) parts.log.warn("speech.missing", { detail: missing });
  parts.log.info("speech.opened", { speaker: speaker?.name ?? null, listener: listener?.name ?? null });
  const recorded = await openRecorded(join(config.dataDir, "recordings"), parts);
  return openSpeech({ folder: join(config.dataDir, "sounds"), speaker, listener, recorded, ...parts });
};
