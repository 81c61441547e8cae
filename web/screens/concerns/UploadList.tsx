// The files that go with a message: those that are stored, and those on their way with their progress.
import { IconButton } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import type { Underway } from "#web/screens/concerns/useUploads.ts";
import type { Composing } from "#web/state/composing.ts";
import { safeName } from "#web/state/text.ts";
import { fileSize, t } from "#web/state/words.ts";

export const UploadList = ({
  uploads,
  underway,
  stop,
  remove,
}: {
  readonly uploads: Composing["uploads"];
  readonly underway: readonly Underway[];
  readonly stop: (id: string) => void;
  readonly remove: (uploadId: string) => void;
}) => {
  if (uploads.length + underway.length === 0) return null;
  return (
    <ul className="files composer-files" aria-label={t("concerns.files", { count: uploads.length + underway.length })}>
      {uploads.map(({ uploadId, file }) => (
        <li key={uploadId} className="file">
          {file.image ? <img src={file.url} alt="" /> : <Icon name="clip" />}
          <span className="file-words">
            <span className="file-name">{safeName(file.name)}</span>
            <small>{fileSize(file.sizeBytes)}</small>
          </span>
          <IconButton
            size="tiny"
            icon="close"
            label={t("composer.removeFile", { name: safeName(file.name) })}
            onPress={() => remove(uploadId)}
          />
        </li>
      ))}
      {underway.map((one) => (
        <li key={one.id} className="file">
          <Icon name="up" />
          <span className="file-words">
            <span className="file-name">{safeName(one.name)}</span>
            <progress value={one.share} max={1} aria-label={t("composer.uploading", { name: safeName(one.name) })} />
          </span>
          <IconButton
            size="tiny"
            icon="close"
            label={t("composer.stopUpload", { name: safeName(one.name) })}
            onPress={() => stop(one.id)}
          />
        </li>
      ))}
    </ul>
  );
};
