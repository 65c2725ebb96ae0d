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
signed-in-title = You are logged in
signed-in-text = You can close this page, or go back to the app or page at { $bank } you came from.

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
