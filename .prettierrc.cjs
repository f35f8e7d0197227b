module.exports = {
    // Resolved here, since prettier looks for plugins in the repository, and pre-commit installs them elsewhere.
    plugins: [require.resolve("@prettier/plugin-xml")],
    printWidth: 120,
    tabWidth: 4,
    trailingComma: "es5",
    xmlWhitespaceSensitivity: "preserve",
    overrides: [{ files: "*.{yaml,yml}", options: { tabWidth: 2 } }],
};
