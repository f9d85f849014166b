import { checked } from "../support/checked";
import { openUser, row } from "../support/page";
import { passwordIn } from "../support/postbox";
import { expect, test } from "../support/test";

test("a mail that was refused says why on the row, and goes to the corrected address or once more", async ({ users, company }) => {
  const { postbox } = company.program;
  const [ann, jo] = [company.person("Ann", "Lee"), company.person("Jo", "Oak")];
  postbox.refuse(ann.username);
  postbox.refuse(jo.username);
  await company.add(users, ann, jo);
  await expect(async () => {
    await users.goto("/users?needs=mail-failed");
    await expect(row(users, ann.username)).toContainText("Mail failed 550 5.1.1 No such mailbox here", { timeout: 500 });
    await expect(row(users, jo.username)).toContainText("Mail failed", { timeout: 500 });
  }).toPass();
  await checked(users);

  const corrected = company.at("ann.leigh");
  const edit = await openUser(users, ann.username);
  await expect(edit).toContainText("Correct the username if it is wrong: a new password goes there.");
  await checked(users);
  await edit.getByRole("textbox", { name: "Username" }).fill(corrected);
  await edit.getByRole("button", { name: "Save" }).click();
  expect(passwordIn(await postbox.mail(corrected, /^Password: /m))).toBeTruthy();

  postbox.accept(jo.username);
  const hers = await openUser(users, jo.username);
  await hers.getByRole("button", { name: "Send again" }).click();
  await expect(users.getByText(`A new password is on its way to ${jo.username}.`)).toBeVisible();
  const mail = await postbox.mail(jo.username);
  await company.signIn(users, { username: jo.username, password: passwordIn(mail) });
  await users.goto("/users");
  await expect(users).toHaveURL(/\/password/);
});
