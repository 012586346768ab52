// Property tests draw the same cases in every run, so that CI is repeatable; FUZZ_SEED=n draws others.
const { configureGlobal } = require("fast-check");
configureGlobal({ seed: Number(process.env.FUZZ_SEED ?? 20261123) });
