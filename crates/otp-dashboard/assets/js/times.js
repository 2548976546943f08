// Times: writes the instants of a page in the reader's zone. Without it they are in UTC, as the page says.

const two = (number) => String(number).padStart(2, "0");

/// Returns the day and the time of an instant in the reader's zone, as pages write them.
const written = (instant, hasMillis) => {
  const day = [instant.getFullYear(), two(instant.getMonth() + 1), two(instant.getDate())].join("-");
  const time = [instant.getHours(), instant.getMinutes(), instant.getSeconds()].map(two).join(":");
  const millis = hasMillis ? "." + String(instant.getMilliseconds()).padStart(3, "0") : "";
  return [day, time + millis];
};

/// Returns the name of the reader's zone, such as GMT+3.
const zone = () => {
  const parts = new Intl.DateTimeFormat("en", { timeZoneName: "shortOffset" }).formatToParts();
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? "";
};

/// Writes the times below an element, if the page names their zone.
export const useOwnZone = (root) => {
  const names = document.querySelectorAll("[data-zone] bdi");
  if (names.length === 0) {
    return;
  }
  for (const element of root.querySelectorAll("time[datetime]:not([title])")) {
    const instant = new Date(element.dateTime);
    if (Number.isNaN(instant.getTime())) {
      continue;
    }
    const [day, time] = written(instant, element.dateTime.includes("."));
    element.title = `${element.dateTime.replace("T", " ").replace("Z", "")} UTC`;
    element.firstElementChild.textContent = day;
    element.lastChild.textContent = ` ${time}`;
  }
  for (const name of names) {
    name.textContent = zone();
  }
};
