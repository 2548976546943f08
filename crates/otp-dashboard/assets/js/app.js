// Makes pages more comfortable. Each of them is complete without it.

import { offerCopies } from "./copy.js";
import { keepLive } from "./live.js";
import { useOwnZone } from "./times.js";

useOwnZone(document);
offerCopies(document);
keepLive((root) => {
  useOwnZone(root);
  offerCopies(root);
});
