# The same words as in texts/en/common.ftl.

skip-to-content = 本文へ移動
help-link = ヘルプ
privacy-policy-link = プライバシーポリシー
terms-link = 利用規約
signed-in-as = { $name } としてログイン中
signed-out-note = これは { $bank } のページです。
busy = お待ちください…
request-failed = 応答がなかったため、処理が完了したかどうか分かりません。もう一度お試しください。
offline = オフラインです。接続が戻るまで変更はできません。
field-error = エラー：{ $message }
party-verified = { $bank }が確認済み
party-unverified = { $bank }はこの相手を確認していません
technical-details = 技術的な詳細
request-number = リクエスト番号
opens-elsewhere = { $host } を新しいウィンドウで開きます
not-framed-properly = 外側のページがこの画面に独自のアドレスを許可していないため、ここでは表示できません。外側のページの管理者は、フレームに「allow-same-origin」を追加する必要があります。

date-long = { $year }年{ $month }月{ $day }日
date-and-time = { $date } { $time }
list-pair = { $first }と{ $last }
list-more = { $first }、{ $rest }
list-end = { $first }、{ $last }

failure-invalid-title = このリンクには問題があります
failure-invalid-text = 元のページから、こちらでは対応できない要求がありました。前のページに戻って、最初からやり直してください。繰り返し起こる場合は、元のページを運営する会社にお知らせください。
failure-forbidden-title = ここではできない操作です
failure-forbidden-text = 何も変更されていません。元のページに戻って、最初からやり直してください。
failure-missing-title = ここには何もありません
failure-missing-text = ページが移動したか、ほかの方のためのページだった可能性があります。アドレスを確認するか、前のページに戻ってください。
failure-over-title = このページは無効になりました
failure-over-text = すでに使用されたか、長い間開かれたままでした。元のページに戻って、最初からやり直してください。
failure-busy-title = 試行回数が多すぎます
failure-busy-text = しばらく待ってから、もう一度お試しください。
failure-ours-title = こちら側で問題が発生しました
failure-ours-text = ご依頼の処理を完了できませんでした。少し待ってから、もう一度お試しください。解決しない場合は、下のリクエスト番号をお知らせください。
