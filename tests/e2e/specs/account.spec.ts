import { checked } from "../support/checked";
import { openUser } from "../support/page";
import { expect, test } from "../support/test";

/** A time of day in this hour, or in the one of a minute ago. */
function hourIn(timeZone: string): RegExp {
  const hour = (at: number) => new Date(at).toLocaleTimeString("en-GB", { timeZone, hour: "2-digit" });
  return new RegExp(`(${hour(Date.now())}|${hour(Date.now() - 60_000)}):\\d\\d`);
}

test("the account's page shows name, domains, seats and administrators", async ({ users, company }) => {
  await users.getByRole("link", { name: "Account", exact: true }).click();
  await expect(users).toHaveURL("/account");
  await expect(users.getByRole("heading", { name: company.name })).toBeVisible();
  await expect(users.getByRole("region", { name: "Domains" })).toContainText(company.domain);
  await expect(users.getByRole("region", { name: "Seats" })).toContainText("1 of 40 seats");
  await expect(users.getByRole("region", { name: "Administrators" })).toContainText("Ada Berg");
  await checked(users);
});

test("the time zone is changed, and times are shown in it", async ({ users, company }) => {
  await company.add(users, company.person("Ann", "Lee"));
  await users.goto("/account");
  const zone = users.getByLabel("Time zone");
  await expect(zone).toHaveValue("UTC");
  await expect(zone).toHaveAccessibleDescription(hourIn("UTC"));
  await zone.selectOption("Pacific/Kiritimati");
  await users.getByRole("button", { name: "Save time zone" }).click();
  await expect(users).toHaveURL("/account");
  await expect(users.getByText("Times are shown in Pacific/Kiritimati from now on.")).toBeVisible();
  await expect(zone).toHaveValue("Pacific/Kiritimati");
  await expect(zone).toHaveAccessibleDescription(hourIn("Pacific/Kiritimati"));
  await checked(users);
  await users.goto("/users");
  await openUser(users, company.at("ann.lee"));
  await users.getByRole("link", { name: "History" }).click();
  await expect(users.getByRole("listitem").filter({ hasText: "Added as" }).first()).toContainText(hourIn("Pacific/Kiritimati"));
});
