/** The tests against programs of others, which `npm test` leaves out. */
module.exports = { ...require("./jest.config.js"), testMatch: ["**/*.interop.ts"], testTimeout: 60_000 };
