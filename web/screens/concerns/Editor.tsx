// The formatted editor of replies (TipTap on ProseMirror); loaded when a reply is begun, a plain field stands until then.
import { Image } from "@tiptap/extension-image";
import { EditorContent, useEditor, useEditorState } from "@tiptap/react";
import type { Editor as TipTap } from "@tiptap/react";
import { StarterKit } from "@tiptap/starter-kit";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { IconButton } from "#web/kit/Button.tsx";
import { isPicture } from "#web/state/composing.ts";
import type { Composing } from "#web/state/composing.ts";
import { editorHtml, htmlOfText, wireHtml } from "#web/state/rich.ts";
import { t } from "#web/state/words.ts";

interface Told {
  readonly onChange: (text: string, html: string | null) => void;
  readonly onPicture: (file: File) => Promise<Uploaded | null>;
  readonly editor: TipTap | null;
}

type Uploaded = Composing["uploads"][number];

/** Pictures in the text carry the id of their upload, so that the server finds the bytes whatever the address says. */
const Picture = Image.extend({
  addAttributes() {
    return {
      ...this.parent?.(),
      upload: {
        default: null,
        parseHTML: (element) => element.getAttribute("data-upload"),
        renderHTML: ({ upload }) => (upload ? { "data-upload": upload as string } : {}),
      },
    };
  },
});

export const Editor = ({
  content,
  replaced,
  focus,
  placeholder,
  onChange,
  onPicture,
}: {
  readonly content: Composing;
  /** Rises when the content was replaced from outside. */
  readonly replaced: number;
  /** Rises to move the caret here; null: it stays where it is. */
  readonly focus: number | null;
  readonly placeholder: string;
  readonly onChange: (text: string, html: string | null) => void;
  readonly onPicture: (file: File) => Promise<Uploaded | null>;
}) => {
  /** What the editor's own handlers, made once, call at the time. */
  const told = useRef<Told>({ onChange, onPicture, editor: null });
  const editor = useEditor({
    extensions: [
      StarterKit.configure({
        heading: false,
        horizontalRule: false,
        codeBlock: false,
        code: false,
        strike: false,
        link: { openOnClick: false, protocols: ["http", "https", "mailto", "tel"] },
      }),
      Picture,
    ],
    content: initialHtml(content),
    // ProseMirror's rules stand in desk.css: the page's policy allows no style element made by script.
    injectCSS: false,
    editorProps: {
      attributes: { "aria-label": t("composer.text"), role: "textbox", "aria-multiline": "true", class: "editor-text" },
      // A table copied from a spreadsheet brings a picture of itself: the text is what is meant.
      handlePaste: (_view, paste) =>
        (paste.clipboardData?.getData("text/plain") ?? "") === "" &&
        takePictures(told.current, paste.clipboardData, paste),
      // What is dragged about within the text is moved by the editor itself.
      handleDrop: (view, drop, _slice, moved) => {
        if (moved || view.dragging !== null) return false;
        const at = view.posAtCoords({ left: drop.clientX, top: drop.clientY });
        return takePictures(told.current, drop.dataTransfer, drop, at?.pos);
      },
    },
    onUpdate: ({ editor: now }) => {
      const html = now.getHTML();
      told.current.onChange(now.getText({ blockSeparator: "\n" }), wireHtml(html));
    },
  });
  useEffect(() => {
    told.current = { onChange, onPicture, editor };
  });

  useLayoutEffect(() => {
    // React may hold a painting back for so long that TipTap has thrown its editor away and made another one.
    if (!editor || editor.isDestroyed || focus === null) return;
    // At once: TipTap's own command waits for a frame, and what is typed before it would be taken for the desk's keys.
    editor.view.focus();
    editor.commands.focus("end");
  }, [editor, focus]);
  const seen = useRef(replaced);
  useEffect(() => {
    if (!editor || editor.isDestroyed || replaced === seen.current) return;
    seen.current = replaced;
    editor.commands.setContent(initialHtml(content), { emitUpdate: false });
  }, [editor, replaced, content]);

  return (
    <div className="editor" data-placeholder={content.text === "" && content.html === null ? placeholder : undefined}>
      {editor && !editor.isDestroyed ? <Bar editor={editor} /> : null}
      <EditorContent editor={editor} className="editor-scroll" />
    </div>
  );
};

const Bar = ({ editor }: { readonly editor: TipTap }) => {
  const [address, setAddress] = useState<string | null>(null);
  const active = useEditorState({
    editor,
    selector: ({ editor: now }) => ({
      bold: now.isActive("bold"),
      italic: now.isActive("italic"),
      bullets: now.isActive("bulletList"),
      numbers: now.isActive("orderedList"),
      link: now.isActive("link"),
    }),
  });
  const keep = (): void => {
    const href = address?.trim() ?? "";
    setAddress(null);
    if (href === "") editor.chain().focus().extendMarkRange("link").unsetLink().run();
    else
      editor
        .chain()
        .focus()
        .extendMarkRange("link")
        .setLink({ href: /^[a-z]+:/i.test(href) ? href : `https://${href}` })
        .run();
  };
  return (
    <div className="editor-bar" role="toolbar" aria-label={t("editor.bar")}>
      <IconButton
        size="small"
        icon="bold"
        label={t("editor.bold")}
        keys="Ctrl B"
        pressed={active.bold}
        onPress={() => editor.chain().focus().toggleBold().run()}
      />
      <IconButton
        size="small"
        icon="italic"
        label={t("editor.italic")}
        keys="Ctrl I"
        pressed={active.italic}
        onPress={() => editor.chain().focus().toggleItalic().run()}
      />
      <IconButton
        size="small"
        icon="list"
        label={t("editor.bullets")}
        pressed={active.bullets}
        onPress={() => editor.chain().focus().toggleBulletList().run()}
      />
      <IconButton
        size="small"
        icon="numbers"
        label={t("editor.numbers")}
        pressed={active.numbers}
        onPress={() => editor.chain().focus().toggleOrderedList().run()}
      />
      <IconButton
        size="small"
        icon="link"
        label={t("editor.link")}
        pressed={active.link}
        onPress={() => setAddress(address === null ? String(editor.getAttributes("link")["href"] ?? "") : null)}
      />
      {address === null ? null : (
        <input
          className="editor-link"
          aria-label={t("editor.linkAddress")}
          placeholder="https://"
          value={address}
          autoFocus
          onChange={(typing) => setAddress(typing.target.value)}
          onKeyDown={(press) => {
            if (press.key === "Enter") {
              press.preventDefault();
              keep();
            } else if (press.key === "Escape") {
              press.preventDefault();
              press.stopPropagation();
              setAddress(null);
              editor.commands.focus();
            }
          }}
        />
      )}
    </div>
  );
};

const initialHtml = (content: Composing): string =>
  content.html === null ? htmlOfText(content.text) : editorHtml(content.html, content.uploads);

/** Pictures go into the text, where the caret stands or at `place`; anything else is left to the composer or the browser. */
const takePictures = (
  { editor, onPicture }: Told,
  data: DataTransfer | null,
  event: Event,
  place?: number,
): boolean => {
  const pictures = [...(data?.files ?? [])].filter(isPicture);
  if (pictures.length === 0 || !editor) return false;
  event.preventDefault();
  if (place !== undefined) editor.commands.setTextSelection(place);
  for (const file of pictures)
    void onPicture(file).then((one) => {
      if (one)
        editor
          .chain()
          .focus()
          .insertContent({ type: "image", attrs: { src: one.file.url, alt: one.file.name, upload: one.uploadId } })
          .run();
      return undefined;
    });
  return true;
};
