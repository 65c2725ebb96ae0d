# The embedded dashboard: what a bank's customers share, and how they stop it.

dashboard-title = Apps with access to your accounts
dashboard-intro = Here you see who can get data about you from { $bank }, and you can stop it at any time.
dashboard-how = How data sharing works
dashboard-how-start = An app can only get data after you said yes to it at { $bank }. You start that in the app, not here.
dashboard-how-stop = You can stop at any time. From that moment the app gets nothing new.
dashboard-how-password = If you gave an app your password, it is not listed here. Change your password to shut it out.
dashboard-standing = Has access
dashboard-no-longer = No longer has access
dashboard-summary = { $count ->
    [one] { $count } app can see data.
   *[other] { $count } apps can see data.
}
dashboard-summary-soon = { $count ->
    [one] { $count } connection ends soon.
   *[other] { $count } connections end soon.
}
dashboard-several = { $count ->
    [one] { $count } connection
   *[other] { $count } connections, each ends by itself
}
dashboard-since = Since { $date }
dashboard-until = Until { $date }
dashboard-no-end = No end date
dashboard-last-used-line = Last used: { $moment }
dashboard-never = Never
dashboard-today = Today, { $time }
dashboard-details = Details
dashboard-show-all = Show all { $count }
dashboard-empty-title = No apps have access.
dashboard-empty-text = When you connect an app with your accounts, it appears here. You start that in the app. An app that knows your password is not listed here.
dashboard-look-again = Look again
dashboard-help = Questions? { $bank }: { $help }

dashboard-status-active = Active
dashboard-status-soon = Ends soon
dashboard-status-paused = Paused by your bank
dashboard-status-ended = Ended
dashboard-status-stopped = Stopped
dashboard-paused-text = { $bank } has switched this app off for now, so it gets no data.

dashboard-ended-by-you = Stopped by you on { $moment }
dashboard-ended-by-delegate = Stopped on your behalf on { $moment }
dashboard-ended-by-app = Stopped by { $app } on { $moment }
dashboard-ended-by-bank = Stopped by { $bank } on { $moment }
dashboard-ended-by-system = Stopped automatically on { $moment }
dashboard-ended-by-time = Ended on { $moment }, because its time was over
dashboard-ended-emptied = Stopped on { $moment }, because nothing was left to share

dashboard-detail-title = { $app }: details
dashboard-back = All apps
dashboard-who = Who
dashboard-name = Name
dashboard-application = App
dashboard-legal-name = Company
dashboard-registered = Registered as
dashboard-website = Website
dashboard-contact = Contact and complaints
dashboard-hosts = Addresses of the app
dashboard-what = What is shared
dashboard-what-was = What was shared
dashboard-raw-name = This is what { $bank } calls it.
dashboard-withdrawn = No longer shared
dashboard-why = Why
dashboard-why-note = The words you saw when you agreed:
dashboard-text-version = text version { $version }
dashboard-how-long = How long
dashboard-duration = Lasts
dashboard-duration-once = One time only
dashboard-duration-bound = Until a date
dashboard-duration-open = Until you stop it
dashboard-granted = You agreed
dashboard-ends = Ends
dashboard-ended = Ended
dashboard-reference = Reference
dashboard-activity = Activity
dashboard-last-used = Last used
dashboard-used-days = Used in the last 30 days
dashboard-used-days-count = { $count ->
    [one] on { $count } day
   *[other] on { $count } days
}
dashboard-last-refused = Last refused attempt

dashboard-stop = Stop sharing
dashboard-stop-title = Stop sharing with { $app }?
dashboard-stop-what = This ends now, for all of your accounts:
dashboard-stop-kept = Data that { $app } already has stays with it, under its own rules.
dashboard-stop-ask = You can ask it to delete the data:
dashboard-stop-effect = { $app } may stop working for you. You may want to tell it first.
dashboard-go-back = Go back
dashboard-try-again = Try again
dashboard-stopped = Sharing with { $app } has stopped. { $moment }
dashboard-was-over = Sharing with { $app } was already over. { $moment }
dashboard-stop-failed-title = Sharing has not stopped
dashboard-stop-failed-text = Something went wrong on our side. Nothing was changed. Please try again.

dashboard-missing-title = This connection was not found
dashboard-missing-text = Below is everything that is there now.
dashboard-over-title = This view has closed
dashboard-over-text = It was closed to keep your data safe. Close it and open it again from your bank.
dashboard-unavailable-title = Switched off for now
dashboard-unavailable-text = Your bank has switched this page off for now. Please try again later.
dashboard-not-framed-title = Open this from your bank
dashboard-not-framed-text = This page is only shown inside your bank’s own site or app. Close it and open it again from there.

# Accounts, intermediaries, and the screens for them.
dashboard-status-nothing = Nothing shared
dashboard-nothing-text = { $app } stays connected, but sees none of your accounts.
dashboard-mark-new = New
dashboard-mark-once = One time only
dashboard-mark-never = Never used
dashboard-mark-unused = Not used for 90 days
dashboard-through-line = through { $name }
dashboard-through = Through
dashboard-chain = { $app } gets the data through { $through }, which gets it from { $bank }.
dashboard-through-title = All that runs through { $name }
dashboard-through-what = These apps get your data from { $bank } through { $name }.
dashboard-state = State
dashboard-renewed = Kept for longer
dashboard-more = More
dashboard-save = Save

dashboard-find = Search and sort
dashboard-find-name = Name of an app
dashboard-find-account = Who can see this account?
dashboard-find-any = Any account
dashboard-find-show = Show
dashboard-find-nothing = Nothing fits. Your other apps are still there.
dashboard-order = Order
dashboard-order-recent = Recently used first
dashboard-order-name = By name
dashboard-order-ending = What ends first

dashboard-accounts = Accounts
dashboard-no-accounts = No accounts
dashboard-accounts-not-shared = Not shared
dashboard-accounts-unreadable = The names of your accounts cannot be shown now. You can still stop sharing.
dashboard-new-accounts-shared = Accounts that you open later are shared too.
dashboard-new-accounts-not-shared = Accounts that you open later are not shared.
dashboard-accounts-change = Change accounts
dashboard-accounts-title = Which accounts may { $app } see?
dashboard-accounts-how = { $app } sees the accounts that are ticked. Nothing changes before you have seen a summary.
dashboard-accounts-others = Accounts that I open later
dashboard-accounts-look = See what changes
dashboard-accounts-off = { $app } no longer sees:
dashboard-accounts-on = { $app } will see { $data } of:
dashboard-accounts-widens = not part of what you first agreed to
dashboard-accounts-nothing-left = { $app } would see no account at all, but stay connected. To end the connection, stop sharing instead.
dashboard-accounts-changed = Your choice of accounts is saved.
dashboard-nothing-changed = Nothing has changed.
dashboard-changed-meanwhile = This was changed in the meantime
dashboard-changed-meanwhile-text = Below is how it stands now. Please choose again.
dashboard-may-not-widen = Accounts beyond what you first agreed to can only be added in the app.

dashboard-keep = Keep for longer
dashboard-keep-title = Keep sharing with { $app } for longer?
dashboard-keep-what = { $app } would go on seeing this until { $until }:
dashboard-keep-stop = You can stop at any time.
dashboard-keep-there = You can keep this connection for longer in { $app }:
dashboard-kept = Sharing with { $app } goes on. { $until }
dashboard-not-kept = This connection cannot be kept for longer now. Nothing has changed.

dashboard-round = Review one by one
dashboard-round-title = Review your apps
dashboard-round-place = { $position } of { $count }
dashboard-round-keep = Keep as is
dashboard-round-stopped = Sharing with { $app } has stopped.
dashboard-round-done = You have seen them all
dashboard-round-kept = { $count ->
    [one] { $count } connection kept.
   *[other] { $count } connections kept.
}

dashboard-activity-all = All activity
dashboard-activity-title = { $app }: activity
dashboard-activity-older = Older
dashboard-activity-granted = You agreed to share data with { $app }
dashboard-activity-accounts = You changed which accounts { $app } can see
dashboard-activity-narrowed = Less is shared than before
dashboard-activity-renewed = You kept this connection for longer
dashboard-activity-reported = You said that you do not recognise this
dashboard-activity-replaced = A newer connection took its place
dashboard-activity-emptied = Stopped, because nothing was left to share
dashboard-activity-stopped-by-you = You stopped sharing
dashboard-activity-stopped-by-app = { $app } stopped it
dashboard-activity-stopped-by-bank = { $bank } stopped it
dashboard-activity-stopped = Stopped
dashboard-activity-used = Data was delivered
dashboard-activity-refused = Data was asked for and refused

dashboard-report = I don’t recognise this
dashboard-report-title = You don’t recognise { $app }?
dashboard-report-told = We have told { $bank }. Sharing goes on until you stop it.
dashboard-report-hint = Some apps have another name than the company that makes them. If you are not sure, stop it: you can connect again at any time.
dashboard-report-help = Get help
dashboard-stop-now = Stop sharing now

dashboard-stop-what-accounts = This ends now, for { $accounts }:
dashboard-stop-also = { $name } also serves { $apps }. That is not affected.
dashboard-stop-all = Stop all sharing
dashboard-stop-all-title = Stop all sharing?
dashboard-stop-through = Stop all through { $name }
dashboard-stop-through-title = Stop all that runs through { $name }?
dashboard-stop-several-what = All of these end now:
dashboard-stop-several-kept = Data that they already have stays with them, under their own rules. They may stop working for you.
dashboard-several-stopped = { $count ->
    [one] { $count } connection stopped.
   *[other] { $count } connections stopped.
}
dashboard-several-failed = { $count ->
    [one] { $count } connection goes on. Please try again.
   *[other] { $count } connections go on. Please try again.
}
dashboard-several-none = There is nothing to stop.

dashboard-copy = Download a copy
dashboard-copy-title = A copy of what you share
dashboard-copy-made = From { $bank }, { $moment }. Print this page, or download it as a file.
dashboard-copy-file = Download as a file
dashboard-copy-signed = The file is signed by { $bank }, so that others can see that nobody has changed it.

dashboard-closes = This view closes in two minutes, to keep your data safe.
dashboard-stay = Stay

dashboard-everything-intro = Here you see what you have agreed to at { $bank }, and you can stop it at any time.
dashboard-apps = Apps and services
dashboard-sources = Data from other places
dashboard-purposes = What your data may be used for
dashboard-purposes-text = Uses by { $bank } that you have said yes to.
dashboard-records = Other agreements
dashboard-records-text = You agreed to these on a page or a form of { $bank }, or of somebody who works with it.
dashboard-single-means = What it means
dashboard-single-over = Ended on { $date }
dashboard-single-stop = Take back
dashboard-single-stop-title = Take back “{ $title }”?
dashboard-single-stop-effect = From this moment it no longer counts, wherever you agreed to it. You can say yes again at any time. What { $bank } has to keep by law stays.
dashboard-single-stopped = You took back “{ $title }”.
dashboard-single-granted-by-you = You agreed
dashboard-single-granted = Your yes was written down
dashboard-single-refused = You said no
dashboard-single-changed = It was changed
dashboard-single-stopped-by-you = You took it back
dashboard-done = Done

dashboard-joint = Shared by others who hold an account with you
dashboard-joint-text = You can stop this for the account that you hold together. Nothing else that they share changes.
dashboard-joint-by = Shared by { $name }
dashboard-joint-by-other = Shared by another holder of the account
dashboard-joint-stop-title = Stop sharing { $account } with { $app }?
dashboard-joint-stop-what = This ends now, for this account alone:
dashboard-joint-stop-effect = { $app } may stop working for who uses it. Who shares the account can see that this has stopped.
dashboard-joint-stopped = { $app } no longer sees { $account }. { $moment }
dashboard-activity-accounts-joint = Another holder of an account stopped sharing it with { $app }
dashboard-activity-accounts-changed = It was changed which accounts { $app } can see

dashboard-clusters-change = Change what is shared
dashboard-clusters-title = What may { $app } see?
dashboard-clusters-how = Take the tick off what { $app } shall no longer see. Nothing changes before you have seen a summary.
dashboard-clusters-off = { $app } no longer sees:
dashboard-clusters-kept = { $app } still sees:
dashboard-clusters-again = { $app } can ask you for it again. You decide then, in the app.
dashboard-clusters-nothing-left = { $app } would see nothing at all. To end the connection, stop sharing instead.
dashboard-clusters-changed = { $app } now sees less.
dashboard-activity-narrowed-by-you = You share less with { $app } than before
cluster-sensitive = sensitive
cluster-account-basic = Account name and balance
cluster-account-basic-fields = Type of account, its name, masked number, current and available balance
cluster-account-detailed = Account details
cluster-account-detailed-fields = Rates, limits, fees, terms, dates and all balances
cluster-payment-support = Numbers used to pay to or from the account
cluster-payment-support-fields = Account number and bank number, or numbers that stand for them
cluster-transactions = Transactions
cluster-transactions-fields = Date, amount, payee or merchant, category and state
cluster-statements = Statements
cluster-statements-fields = Statements as files
cluster-bills = Upcoming bills and payees
cluster-bills-fields = Planned payments, amounts and due dates
cluster-investments = Investments
cluster-investments-fields = Holdings, prices and what was paid in
cluster-rewards = Rewards
cluster-rewards-fields = Programme and points
cluster-tax = Tax documents
cluster-tax-fields = Forms and figures
cluster-images = Images of cheques and receipts
cluster-images-fields = Images
cluster-customer-contact = Your contact details
cluster-customer-contact-fields = Name, address, e-mail and phone
cluster-customer-personal = Personal details
cluster-customer-personal-fields = Date of birth, tax number and identity data
cluster-notifications = Alerts about these accounts
cluster-notifications-fields = Messages when something happens
dashboard-all-stopped = All of this has stopped.
dashboard-all-failed = Some of it goes on. Below is what still counts. Please try again.
dashboard-zone = Time zone
