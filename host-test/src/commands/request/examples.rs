//! What both commands show at the end of their help.

pub(super) const API: &str = "\
Examples:
    An issue, with two of its fields:
    jira-host api /issue/DEMO-1 -q fields=summary,status

    All projects, one in each line:
    jira-host api /project/search --stream

    A new issue, from fields:
    jira-host api /issue -f 'fields[project][key]=DEMO' \\
        -f 'fields[issuetype][name]=Task' -f 'fields[summary]=Paint the fence' \\
        -f 'fields[labels][]=garden'

    A comment in plain text, which version 2 of the API takes:
    jira-host api /rest/api/2/issue/DEMO-1/comment -f body='Seen, thank you'

    What a change would be, without making it:
    jira-host api /issue/DEMO-1 -X PUT -f 'fields[summary]=Paint the gate' \\
        --dry-run

    A search, as a command line of curl:
    jira-host api /search/jql -q 'jql=project = DEMO' --curl

A file is attached with --upload FILE, and a whole document sent with --input FILE.";

pub(super) const SERVICEDESK: &str = "\
Examples:
    A request of a customer:
    jira-host servicedesk /request/SUP-1

    All service desks, as one JSON array:
    jira-host servicedesk /servicedesk --paginate

    A new request, from fields:
    jira-host servicedesk /request -f serviceDeskId=15 -f requestTypeId=25 \\
        -f 'requestFieldValues[summary]=My chair squeaks'

    A comment that only agents see:
    jira-host servicedesk /request/SUP-1/comment -f body='Ask the supplier' \\
        -F public=false

    The customers of a desk, by an operation that is experimental:
    jira-host servicedesk /servicedesk/15/customer --experimental

    What a request would be, as JSON:
    jira-host servicedesk /request/SUP-1/status --dry-run --json

A file is handed in with --upload FILE --experimental, at
/servicedesk/15/attachTemporaryFile.";
