import js from "@eslint/js";
import { defineConfig } from "eslint/config";
import globals from "globals";

const TAKES_MARKUP = "/^(inner|outer)HTML$/";
const HOLDS_MARKUP = "/Html$/";
const markup =
  `AssignmentExpression[left.property.name=${TAKES_MARKUP}]` +
  `:not([right.name=${HOLDS_MARKUP}], [right.property.name=${HOLDS_MARKUP}])`;

export default defineConfig(
  { ignores: [".venv"] },
  js.configs.recommended,
  {
    rules: {
      curly: ["error", "multi-line"],
      eqeqeq: "error",
      "func-style": ["error", "declaration", { allowArrowFunctions: true }],
      "no-implicit-globals": "error",
      "no-var": "error",
      "prefer-const": "error",
      complexity: ["error", 10],
      "max-lines-per-function": ["error", 40],
    },
  },
  {
    files: ["pages/**/*.js"],
    languageOptions: { globals: globals.browser },
    rules: {
      // Text that is put in as markup is run: only what is named so is markup.
      "no-restricted-syntax": [
        "error",
        { selector: markup, message: "Only what is named …Html goes in as markup; all else is text." },
      ],
      "no-restricted-properties": [
        "error",
        ...["insertAdjacentHTML", "setHTMLUnsafe", "createContextualFragment", "write", "writeln"].map(
          (property) => ({ property, message: "It takes markup." }),
        ),
      ],
    },
  },
  { files: ["tests/scripts/*.js"], languageOptions: { globals: { ...globals.browser, ...globals.node } } },
);
