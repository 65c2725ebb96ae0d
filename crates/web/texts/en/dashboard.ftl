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
