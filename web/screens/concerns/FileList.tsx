// Files of a message: pictures as small previews from their signed address, the rest as names to download.
import type { Message } from "#contract/concerns.ts";
import type { FileView } from "#contract/files.ts";
import { Icon } from "#web/kit/Icon.tsx";
import { secretWords, WholeFile } from "#web/screens/concerns/Secrets.tsx";
import { safeName } from "#web/state/text.ts";
import { fileSize, t } from "#web/state/words.ts";

export const FileList = ({
  files,
  messageId,
}: {
  readonly files: readonly FileView[];
  readonly messageId: Message["id"];
}) => {
  if (files.length === 0) return null;
  return (
    <ul className="files" aria-label={t("concerns.files", { count: files.length })}>
      {files.map((file) => (
        <li key={file.id}>
          {file.held ? (
            <HeldFile file={file} held={file.held} />
          ) : file.secret ? (
            <span className="file-secret">
              {file.secret.cleaned ? <File file={file} /> : <LockedFile file={file} secret={file.secret} />}
              <WholeFile messageId={messageId} file={file} />
            </span>
          ) : (
            <File file={file} />
          )}
        </li>
      ))}
    </ul>
  );
};

/** A file the virus scanner holds back: its name and why. */
const HeldFile = ({ file, held }: { readonly file: FileView; readonly held: NonNullable<FileView["held"]> }) => (
  <div className="file" data-held={held.why}>
    <Icon name={held.why === "waiting" ? "clock" : "warning"} />
    <span className="file-words">
      <span className="file-name">{safeName(file.name)}</span>
      <small>{t(`concerns.held.${held.why}`, { finding: held.finding ?? "" })}</small>
    </span>
  </div>
);

/** A file that could not be looked through for secrets. */
const LockedFile = ({
  file,
  secret,
}: {
  readonly file: FileView;
  readonly secret: NonNullable<FileView["secret"]>;
}) => (
  <div className="file" data-held="unscannable">
    <Icon name="warning" />
    <span className="file-words">
      <span className="file-name">{safeName(file.name)}</span>
      <small>{secretWords(secret)}</small>
    </span>
  </div>
);

const File = ({ file }: { readonly file: FileView }) => (
  <a
    className="file"
    data-image={file.image || undefined}
    href={file.url}
    download={safeName(file.name)}
    title={safeName(file.name)}
  >
    {file.image ? <img src={file.url} alt="" loading="lazy" /> : <Icon name="clip" />}
    <span className="file-words">
      <span className="file-name">{safeName(file.name)}</span>
      <small>{file.secret ? secretWords(file.secret) : fileSize(file.sizeBytes)}</small>
    </span>
  </a>
);
