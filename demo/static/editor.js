/** The editor, which knows nothing of what is done with its text. */

import { basicSetup, EditorView } from "codemirror";
import { Compartment, EditorState } from "@codemirror/state";
import { keymap } from "@codemirror/view";
import { javascript } from "@codemirror/lang-javascript";
import { oneDark } from "@codemirror/theme-one-dark";

const language = new Compartment();
const theme = new Compartment();
const dark = matchMedia("(prefers-color-scheme: dark)");
const colours = () => (dark.matches ? oneDark : []);

/**
 * @param {HTMLElement} parent
 * @param {() => void} onRun for Ctrl+Enter
 */
export function makeEditor(parent, onRun) {
  const view = new EditorView({
    parent,
    state: EditorState.create({
      extensions: [
        keymap.of([{
          key: "Mod-Enter",
          run: () => {
            onRun();
            return true;
          },
        }]),
        basicSetup,
        EditorView.lineWrapping,
        language.of(javascript()),
        theme.of(colours()),
        EditorView.contentAttributes.of({ "aria-label": "Program" }),
      ],
    }),
  });
  dark.addEventListener(
    "change",
    () => view.dispatch({ effects: theme.reconfigure(colours()) }),
  );
  return {
    get text() {
      return view.state.doc.toString();
    },
    set text(text) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    },
    /** @param {boolean} typescript */
    setLanguage(typescript) {
      view.dispatch({ effects: language.reconfigure(javascript({ typescript })) });
    },
  };
}
