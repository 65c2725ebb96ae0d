# Words that the layout, the shared parts and the failure pages need. Doors have their own files beside this one.

skip-to-content = Skip to the content
help-link = Help
privacy-policy-link = Privacy policy
terms-link = Terms of service
signed-in-as = Logged in as { $name }
signed-out-note = This page belongs to { $bank }.
busy = One moment…
request-failed = We did not get an answer, so we cannot say whether it worked. Please try again.
offline = You are offline. Nothing can be changed until the connection is back.
field-error = Error: { $message }
party-verified = Verified by { $bank }
party-unverified = { $bank } has not verified who this is
technical-details = Technical details
request-number = Request number
opens-elsewhere = opens { $host } in a new window
not-framed-properly = This view cannot work here, because the page around it does not allow it its own address. Whoever runs that page must add “allow-same-origin” to the frame.

# Dates are spelled out, so that nobody mistakes a month for a day.
date-long = { $day } { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
} { $year }
date-and-time = { $date } at { $time }
list-pair = { $first } and { $last }
list-more = { $first }, { $rest }
list-end = { $first }, and { $last }

# Failure pages: what happened, and what the person can do.
failure-invalid-title = Something in this link is not right
failure-invalid-text = The page that sent you here asked for something we cannot do. Go back and start again. If it happens again, tell the company that runs that page.
failure-forbidden-title = This is not possible here
failure-forbidden-text = Nothing was changed. Go back to where you came from and start again.
failure-missing-title = There is nothing here
failure-missing-text = The page may have moved, or it was meant for somebody else. Check the address, or go back.
failure-over-title = This page is no longer valid
failure-over-text = It was used already, or it was open for too long. Go back to where you came from and start again.
failure-busy-title = Too many tries
failure-busy-text = Please wait a little before you try again.
failure-ours-title = Something went wrong on our side
failure-ours-text = We could not finish what you asked for. Please try again in a moment. If it keeps happening, tell us the request number below.
