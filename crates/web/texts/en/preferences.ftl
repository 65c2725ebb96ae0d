# Preferences centers. Titles and texts of what can be chosen come from the tenant.
center-title = Your preferences
center-lead = Choose what { $brand } may do. You can change it at any time.
center-yes = Yes
center-no = No
center-channels = How we may reach you
center-save = Save
center-saved = Saved
center-saved-text = What you chose counts from now on.
center-unchanged = Nothing was changed
center-refused = This could not be saved
center-refused-text = Something of it cannot be chosen any more. Look at the page again and try once more.
center-no-address = It has to be confirmed by mail, and we have no address of yours.
center-confirm = Please confirm by mail
center-confirm-text = We have sent you a mail. What you chose counts once you confirm it there; until then everything stays as it was.
center-waits-mail = Waits for your confirmation by mail
center-waits = Waits for approval
center-waits-text = Until it is approved everything stays as it was.
center-delegate = { $name } is acting for { $person }.
center-problem = This did not work

# Signing on a center's page, and handing in a document there.
center-signature = Your signature
center-signature-text = What you change here counts only with your signature.
center-signature-area = Draw your signature here with a finger, a pen or a mouse
center-signature-anew = Clear
center-signature-name = Or type your name
center-signature-file = A picture of your signature
center-signature-needed = Your signature is missing.
center-document = Your document
center-document-file = A file with the document
center-document-needed = The document is missing.
center-file-kind = The file is none of the kinds that can be taken.
center-file-large = The file is too large.

# Getting into a center.
center-enter-title = Open your preferences
center-enter-lead = We send you a mail, to make sure that it is you.
center-enter-closed = Open this page with the link that you were sent.
center-address = E-mail address
center-customer = Customer number
center-send-link = Send me a link instead
center-open = Open
center-wait = You asked for too many mails. Please wait { $minutes ->
    [one] a minute
   *[other] { $minutes } minutes
}.
center-over = This link does not work any more
center-over-text = Ask for a new one here.
center-over-closed = Ask whoever sent it to you for a new one.
center-sent-title = Look into your mail
center-sent-text = If somebody with this address is known here, a link is on its way. It works for 15 minutes.
center-sent-again = No mail? Try again

# Deciding about a choice that waits.
approval-own-title = Is this what you want?
approval-own-lead = This counts at { $brand } once you confirm it.
approval-title = A choice to approve
approval-lead = It counts once it is approved.
approval-person = For
approval-delegate = Chosen by
approval-until = Until
approval-files = Handed in with it
approval-picture = Picture { $number }
approval-document = Document { $number }
approval-confirm = Confirm
approval-decline = Decline
approval-approve = Approve
approval-refuse = Refuse
approval-note = Nothing happens before you press one of them.
approval-done = It counts now
approval-done-text = The choice was confirmed. You can close this page.
approval-declined = It was declined
approval-declined-text = Nothing was changed. You can close this page.
approval-part = Thank you
approval-part-text = Your part is done. The choice counts once all who were asked agree.
approval-decided = This was decided already
approval-decided-text = Somebody confirmed or declined it before. There is nothing left to do here.
approval-over = It is too late for this
approval-over-text = Nobody decided in time, or the choice was taken back. Nothing was changed.
approval-unknown = We do not know this link
approval-unknown-text = The address is not complete. Open it from the mail again.

# A link that does something when it is opened.
link-done = It is done
link-done-text = Your choice was recorded. You can close this page.
link-over = This link does not work any more
link-over-text = It was open for too long. Nothing was changed. Ask whoever sent it to you for a new one.
