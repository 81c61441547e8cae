// Files of a message: pictures as small previews from their signed address, the rest as names to download.
import type { FileView } from "#contract/files.ts";
import { Icon } from "#web/kit/Icon.tsx";
import { safeName } from "#web/state/text.ts";
import { fileSize, t } from "#web/state/words.ts";

export const FileList = ({ files }: { readonly files: readonly FileView[] }) => {
  if (files.length === 0) return null;
  return (
    <ul className="files" aria-label={t("concerns.files", { count: files.length })}>
      {files.map((file) => (
        <li key={file.id}>
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
              <small>{fileSize(file.sizeBytes)}</small>
            </span>
          </a>
        </li>
      ))}
    </ul>
  );
};
