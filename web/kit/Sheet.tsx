// A dialog over a veil; Escape closes it and gives the focus back. Called by help, the palette and the admin forms.
import type { ReactNode } from "react";
import { Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { IconButton } from "#web/kit/Button.tsx";
import { t } from "#web/state/words.ts";
import "#web/kit/sheet.css";

/** `bare`: no title bar (the palette). The title is always spoken. */
export const Sheet = ({
  title,
  isOpen,
  onClose,
  bare = false,
  wide = false,
  children,
}: {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly bare?: boolean;
  readonly wide?: boolean;
  readonly children: ReactNode;
}) => (
  <ModalOverlay className="veil" isOpen={isOpen} isDismissable onOpenChange={(open) => (open ? undefined : onClose())}>
    <Modal className="sheet" data-bare={bare || undefined} data-wide={wide || undefined}>
      {/* A dialog takes its name when it appears: one that gains a title bar is another. */}
      <Dialog key={bare ? "bare" : "titled"} className="sheet-dialog" {...(bare ? { "aria-label": title } : {})}>
        {bare ? null : (
          <header className="sheet-head">
            <Heading slot="title">{title}</Heading>
            <IconButton icon="close" label={t("kit.close")} onPress={onClose} />
          </header>
        )}
        {children}
      </Dialog>
    </Modal>
  </ModalOverlay>
);
