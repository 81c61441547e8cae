// Gives a text to the browser as a file to keep. Called by the screens of flows.

/** Saves JSON under a name; the browser asks where, or puts it where downloads go. */
export const saveFile = (fileName: string, text: string): void => {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = fileName;
  link.click();
  URL.revokeObjectURL(url);
};
