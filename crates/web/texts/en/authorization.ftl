# Logging in.
login-title = Log in
login-for = Log in to { $bank } to go on to { $client }.
login-name = User name
login-password = Password
login-button = Log in
login-wrong = User name or password is wrong
login-throttled = { $seconds ->
    [one] Too many tries. Please wait one second.
   *[other] Too many tries. Please wait { $seconds } seconds.
}
login-help = Nothing was changed.
login-password-note = Only { $bank } sees your password. It is never passed on.
login-by-code = Log in with a code sent by mail
code-title = Log in with a code
code-second-title = One more step
code-second-text = To go on, { $bank } needs a second proof that it is you: a code that is sent to the mail address it knows of you.
code-send = Send me a code
code-by-password = Log in with a password
code-entry-title = Type the code
code-entry-text = If { $bank } knows you and your mail address, a code of { $digits } digits is on its way to you. It works for { $minutes } minutes, in this browser only.
code-entry-note = Nothing came? Look among unwanted mail, or ask for another code. Only a few are sent in a quarter of an hour.
code-label = Code
code-again = Send another code
code-wrong = { $left ->
    [one] This code is wrong. You can try once more.
   *[other] This code is wrong. You can try { $left } more times.
}
code-over = No code works here now. Ask for another one.
login-with = Log in with { $provider }
upstream-nobody-title = We do not know you by this
upstream-nobody-text = You logged in there, but { $bank } does not know who you are by it. Nothing was made or changed. Log in another way, or ask { $bank }.
upstream-foreign-title = This answer does not belong here
upstream-foreign-text = It does not fit what this browser asked for, or it was used before. Nobody was logged in. Go back to where you came from and start again.
upstream-trouble-title = This way is not available now
upstream-trouble-text = We could not make sure who you are. Nobody was logged in. Please try again later, or log in to { $bank } another way.
everything-title = Everything you agreed to
sessions-title = Where you are logged in
sessions-text = Each entry is a browser in which you are logged in to { $bank }. Log out where it is not you, or where you are no longer.
sessions-note = Apps that you allowed to stay connected while you are away go on.
sessions-end-others = Log out everywhere else
sessions-ended = You are logged out there.
sessions-ended-others = You are logged out everywhere else.
session-this = This browser
session-since = Logged in since
session-seen = Last used
session-how = Logged in with
session-by-password = a password
session-by-code = a code by mail
session-device = { $browser } on { $system }
session-device-system = A browser on { $system }
session-device-unknown = A browser we do not know
session-end = Log out of { $device }
session-end-this = Log out here
signed-in-title = You are logged in
signed-in-text = You can close this page, or go back to the app or page at { $bank } you came from.
passkey-title = Log in with a passkey
passkey-text = Your device asks for your fingerprint, your face or its PIN, and then proves to { $bank } that it is you. Nothing of that leaves your device.
passkey-use = Use a passkey
passkey-missing = Passkeys need JavaScript, and a browser that knows them. One of the two is missing here.
passkey-nothing = No passkey was used. Try again, or log in another way.
passkey-refused = This passkey does not work here
passkey-over = This took too long, or the page was used before. Please try again.
passkey-otherwise = Log in another way
session-by-passkey = a passkey
passkeys-title = Your passkeys
passkeys-text = With a passkey you log in to { $bank } by your fingerprint, your face or the PIN of your device. There is no password that anybody could find out.
passkeys-none = You have no passkey yet.
passkey-added = Added
passkey-where = Where it works
passkey-copied = on your devices that share passkeys
passkey-one-device = on one device
passkey-name = Name
passkey-rename = Change the name
passkey-save = Save the name
passkey-remove = Remove { $name }
passkeys-add = Add a passkey
passkeys-hint = By this name you find it in the list.
passkeys-again-text = To add a passkey, log in once more first. So nobody can add one who finds your device open.
passkeys-again = Log in again
passkeys-added = The passkey was added. You can log in with it from now on.
passkeys-removed = The passkey was removed and opens nothing any more. You can delete it on your device, too.
passkeys-named = The name was changed.
passkeys-full = There is no room for another passkey. Remove one first.
passkeys-last = This passkey is your only way to log in, so it stays. Add another one first.
passkeys-nothing = No passkey was added. Please try again.

# The question. Titles and texts of the data itself come from the bank.
consent-title = { $client } asks for access to your data
consent-what = What { $client } asks for
consent-openid = Know that it is you
consent-openid-text = It gets a number that stands for you. Your name and your password are not passed on.
consent-offline = Stay connected when you are away
consent-offline-text = It may use this access also when you are not using the app, until the day below.
consent-why = Why
consent-until = Until
consent-until-text = { $date }, or until you stop it
consent-until-once = Only this once. To get data again, { $client } has to ask you again.
lookback = How far back
lookback-days = { $count ->
    [one] Data from up to { $count } day before each request
   *[other] Data from up to { $count } days before each request
}
consent-who = Who gets it
consent-approve = Approve
consent-decline = Decline
consent-stop = If you decline, nothing is shared. If you approve, you can stop it at { $bank } at any time.
consent-part = Share only a part
consent-part-legend = Tick what you want to share
consent-part-button = Share only what I ticked
consent-none-ticked = Nothing was ticked. Tick what you want to share, or decline.
consent-not-you = Not { $name }?
consent-switch = Log in as somebody else

# Logging out.
logout-title = Log out?
logout-text = You will be logged out of { $bank } in this browser. Apps that may stay connected while you are away are not affected.
logout-yes = Log out
logout-no = Stay logged in
signed-out-title = You are logged out
signed-out-text = You are no longer logged in to { $bank } in this browser. You can close this page.

# What can go wrong.
auth-problem = This did not work
auth-unknown-client-title = We do not know this app
auth-unknown-client-text = The app that sent you here is not registered with { $bank }, or it named an address that is not its own. Nothing was shared. Close this page, and tell the company that runs the app.
auth-bad-request-title = Something in this link is not right
auth-bad-request-text = The app that sent you here asked for something that { $bank } cannot do. Nothing was shared. Go back to the app and start again.
auth-over-title = This request is over
auth-over-text = It was answered already, or it was open for too long. Nothing more happens here. Go back to the app and start again if you still want to.
auth-foreign-title = This does not belong to this browser
auth-foreign-text = The request was begun in another browser, or somebody else is logged in to { $bank } now. Nothing was shared. Go back to the app and start again.
auth-changed-title = Something changed meanwhile
auth-changed-text = While this page was open, the app or your account at { $bank } changed, so the request is no longer valid. Nothing was shared. Go back to the app and start again.

# Identities at other providers.
links-title = Your logins elsewhere
links-text = You can log in to { $bank } with what you have at these providers. { $bank } learns who you are there, and nothing else.
links-again-text = To change something here, log in once more first. So nobody can who finds your device open.
link-linked = linked
link-since = Linked since
link-none = You do not log in with it yet.
link-add = Link { $provider }
link-remove = Unlink { $provider }
links-linked = It is linked. You can log in with it from now on.
links-unlinked = It is unlinked and opens nothing here any more. Where you were logged in by it, you are logged out.
links-taken = Somebody else here logs in with this already. Nothing was changed.
links-full = There is no room for another login. Unlink one first.
links-last = This is your only way to log in, so it stays. Add another way first, a passkey for instance.
links-elsewhere = Somebody else logged in here meanwhile. Nothing was linked.

# On to the app.
onward-title = One moment
onward-text = You are going on to { $client }.
onward-button = Go on

notices-title = Mails about what you agreed to
notices-are-on = { $bank } writes to you when you agree to something, when it ends, and before it ends.
notices-are-off = { $bank } does not write to you about what you agreed to.
notices-switch-off = Switch these mails off
notices-switch-on = Switch these mails on
notices-done-off = These mails are switched off.
notices-done-on = These mails are switched on.
notices-note = Mails that protect your account, and those that you ask for, always come.
