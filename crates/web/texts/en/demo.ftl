# The demo: its start page, the two apps, and the pages of Harbor Bank.

demo-title = One consent, from yes to no
demo-lead = Ada lets Moneytrack see her balance at Harbor Bank, and takes it back. All of it is real: the apps are OAuth clients, and the bank’s pages and its accounts API talk to Consentry over HTTP, on this machine.
demo-open-app = Open { $app }
demo-story = The story
demo-connect-title = Moneytrack asks
demo-connect-text = Connect Harbor Bank in Moneytrack. You are sent to the bank.
demo-login-title = Ada logs in at her bank
demo-login-text = Moneytrack never sees what she types there.
demo-question-title = She reads, and decides
demo-question-text = Who asks, for what, why and until when. Approve, and Moneytrack shows her balance. Or decline, and see what Moneytrack is told.
demo-look-title = She checks who has access
demo-look-text = Her bank shows the connected apps in a frame: on another origin, opened with a one-time token, without cookies.
demo-open-bank = Open connected apps
demo-stop-title = She stops sharing
demo-stop-text = Press “Stop sharing” and confirm. Then go back to Moneytrack: it is refused at once, and gets no new tokens either.
demo-variations = Variations
demo-variation-own = { $app } does the same, but the bank asks on a page of its own (Consent URI).
demo-variation-mail = Mails
demo-variation-mail-text = What the bank’s customers and operators are written. Nothing leaves this machine.
demo-variation-loan = A loan, in a dataspace
demo-variation-loan-text = Moneytrack asks the tax office and the city about Ada, who refuse without her consent.
demo-variation-logout = Log out of Harbor Bank
demo-variation-logout-text = Apps that may stay connected are not affected.
demo-variation-discovery = Discovery document
demo-variation-discovery-text = What the OpenID provider can do, for programs.
demo-people = Who can log in
demo-people-text = Two customers of Harbor Bank. Their passwords are made anew with each demo.
demo-time = Let time pass
demo-time-text = In the demo it is { $moment }. Move its clock forward to see what runs out.
demo-time-minutes = Ten minutes
demo-time-minutes-text = Open questions and the bank’s frame close.
demo-time-days = Thirty days
demo-time-days-text = A consent that was not renewed ends, without any job having run.
demo-start = Start page

demo-mail-title = Mails
demo-mail-lead = What Harbor Bank would send. In the demo mails are kept in memory, the last 200 of them, and are gone when it ends.
demo-mail-none = There is no mail yet. Let Moneytrack connect, stop sharing, or let thirty days pass.
demo-mail-sent = This demo is configured with a mail server, so mails are really sent and none are kept here.
demo-mail-kept = Latest first
demo-mail-all = All mails
demo-mail-message = Message
demo-mail-from = From
demo-mail-to = To
demo-mail-at = Written
demo-mail-html = HTML part as it is sent

# The next step, on the pages of the apps and the bank.
demo-here = The story of this demo
demo-next-connect = Connect Harbor Bank. Log in there as Ada:
demo-next-look = { $app } fetched this from Harbor Bank with the token it got. Next, check at the bank who has access.
demo-next-stop = The frame is Consentry on another origin, without cookies. Stop sharing in it, then see what the app still gets.
demo-next-tokens = { $app } asked again with its token, and the bank said no. Let it try to get new tokens: that is refused too.
demo-next-over = That was the story: asked for, used, taken back. It has some variations.
demo-next-declined = Nothing was shared. Connect again and approve to see the other way.

# The two apps.
app-moneytrack-slogan = All your accounts in one place
app-pennywise-slogan = A budget that plans itself
app-home = Your accounts
app-connect-title = Connect your bank
app-connect-text = Your bank asks you what you want to share. { $app } does not see your password, and you can stop at any time.
app-connect = Connect { $bank }
app-connect-again = Connect { $bank } again
app-connected = Connected with { $bank }
app-together = Total
app-account = Account { $number }
app-payments = Latest payments
app-no-payments = You did not share your payments.
app-connection = Your connection
app-sees = { $app } may see
app-sees-balance = Balances
app-sees-payments = Payments
app-fetch = Fetch again
app-new-tokens = Get new tokens
app-told-connected = You are connected with { $bank }
app-told-tokens = { $bank } gave { $app } new tokens
app-refused = { $bank } refused
app-refused-text = Your bank no longer lets { $app } see your accounts.
app-declined = You declined
app-declined-text = { $app } got nothing from { $bank }.
app-ended = The connection has ended
app-ended-text = { $bank } gives { $app } no new tokens. To use it again, connect again.
app-failed = That did not work
app-failed-text = { $bank } answered something that { $app } did not expect.
app-wire = On the wire

# Pages of the bank.
bank-home = Connected apps
bank-home-text = Apps that you allowed to get data from { $bank }.
bank-logout = Log out
bank-question = Share your data with { $client }?
bank-question-what = { $client } would like to see
bank-question-away = Also while you are away
bank-question-away-yes = Yes, until the date above
bank-question-away-no = No
bank-question-note = You can stop this at any time under “Connected apps”.
bank-balance = Account balance
bank-balance-text = Name, type and balance of your accounts
bank-payments = Payments
bank-payments-text = Payments of the last 24 months
bank-share = Share
bank-do-not-share = Do not share

# What can go wrong on these pages.
demo-failed-browser = This answer is not for this browser
demo-failed-browser-text = It belongs to a request that was begun elsewhere, or that was answered before. Go back to the app and start again.
demo-failed-person = Somebody else is logged in
demo-failed-person-text = The question is for another customer of { $bank }. Nothing was shared. Log out, and start again in the app.
demo-failed-form = This page was open for too long
demo-failed-form-text = Its form was sent before, or belongs to another browser. Nothing was shared. Start again in the app.
demo-failed-mail = This mail is not here
demo-failed-mail-text = It was never written, or the demo keeps it no longer.
demo-failed-clock = The clock cannot be moved
demo-failed-clock-text = It can be where the demo forgets everything at its end: started without a folder for its data.

# Moneytrack in a dataspace.
loan-title = What could you borrow?
loan-who = Who is asking?
loan-who-text = Connect { $app } with your bank first, so that it knows who you are.
loan-limit = You could borrow up to
loan-sources = What { $dataspace } says about you
loan-income = Income of last year
loan-address = Address
loan-from = from
loan-not-shared = Not shared
loan-ask = Fetch it from { $dataspace }
loan-portal = What you share in { $dataspace }
loan-declined = You declined
loan-declined-text = Nothing was shared, so nothing can be worked out.
loan-next-connect = { $app } has to know who asks. Open it, connect it as Ada, and come back to this page.
loan-next-ask = { $app } asked the data sources of { $dataspace } just now, and they refused: there is no consent. Let it ask you for one.
loan-next-stop = The data sources checked Ada’s consent before they answered. Stop sharing, come back here, and they refuse at once.
