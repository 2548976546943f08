### The messages that test keys sent.

place-test-inbox = Test inbox
inbox-about = Messages of test keys reach nobody. They stay here for a day, with their codes.
inbox-none-title = No test message yet
# Above a command.
inbox-none-text = A code that a test key sends appears here at once. Send the first one:
# Below the command, before a link to the page of keys.
inbox-none-replace = Replace the marked part by a test key:
column-channel = Channel
column-code = Code
