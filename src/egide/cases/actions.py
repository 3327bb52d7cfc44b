"""What the ledger's codes mean, in words, on the pages that show them."""

from typing import Any

from django.utils.translation import gettext_lazy as _

_WORDS: dict[str, Any] = {
    "assessments.recorded": _("Recorded an assessment"),
    "assessments.second_scored": _("Scored the sheet a second time"),
    "cases.access_approved": _("Agreed, as second reader, with what a person is given of their file"),
    "cases.access_asked": _("Recorded that a person asks for their own file"),
    "cases.access_handed_over": _("Handed over to a person what they may have of their file"),
    "cases.access_put_together": _("Put together what a person may have of their file"),
    "cases.access_returned": _("Sent back, as second reader, what a person would be given"),
    "cases.access_withdrawn": _("Recorded that a person no longer asks for their file"),
    "cases.consent_refused": _("Recorded a refusal of consent"),
    "cases.consent_withdrawn": _("Recorded the withdrawal of consent"),
    "cases.consent_check_asked": _("Asked to check a consent"),
    "cases.contact_begun": _("Tried to reach the person"),
    "cases.end_notice_answered": _("Answered for an agency that must stop using what it received"),
    "cases.danger_cleared": _("Let a danger be told without a name"),
    "cases.danger_stopped": _("Stopped the telling of a danger"),
    "cases.danger_written": _("Wrote down a danger to be told without a name"),
    "cases.enrolled": _("Enrolled the person"),
    "cases.entry_added": _("Added to the file"),
    "cases.help_recorded": _("Recorded help given"),
    "cases.inquiry_answered": _("Answered a question from outside"),
    "cases.inquiry_read": _("Read a question from outside"),
    "cases.inquiry_recorded": _("Recorded a question from outside"),
    "cases.plan_agreed": _("Recorded agreement on the safety plan"),
    "cases.plan_written": _("Wrote the safety plan"),
    "cases.prosecutor_report_dropped": _("Gave up a report to the prosecutor"),
    "cases.prosecutor_report_left": _("Recorded that a report left for the prosecutor"),
    "cases.prosecutor_report_read": _("Read their own report to the prosecutor"),
    "cases.prosecutor_report_told": _("Recorded that the person was told of a report to the prosecutor"),
    "cases.prosecutor_report_written": _("Wrote a report to the prosecutor"),
    "cases.recipients_told": _("Told agencies to stop using what they received"),
    "cases.referred": _("Referred"),
    "cases.safe_contact_recorded": _("Recorded what contact is safe"),
    "cases.task_added": _("Added a task"),
    "sharing.accounting_suspended": _("Recorded that the person is not told of a disclosure for a time"),
    "sharing.consent_given": _("Recorded consent"),
    "sharing.consent_lapsed": _("A consent ran out"),
    "sharing.consent_refused": _("Recorded a refusal of consent"),
    "sharing.consent_ended": _("Ended a consent"),
    "sharing.consent_narrowed": _("Withdrew a part of a consent"),
    "sharing.consent_withdrawn": _("Withdrew a consent"),
    "sharing.disclosed": _("Shared, printed or handed over"),
    "sharing.emergency_opened": _("Opened in an emergency"),
    "sharing.emergency_renewed": _("Renewed an emergency access"),
    "sharing.emergency_reviewed": _("Reviewed an emergency access"),
    "sharing.ground_approved": _("Approved sharing without consent"),
    "sharing.ground_ended": _("Ended sharing without consent"),
    "sharing.ground_refused": _("Refused sharing without consent"),
    "sharing.ground_stated": _("Proposed sharing without consent"),
    "sharing.names_shown": _("Saw the name in a list"),
    "sharing.opened": _("Opened"),
    "sharing.person_told": _("Recorded that the person was told"),
    "sharing.table_approved": _("Approved a change of the decision table"),
    "sharing.table_proposed": _("Proposed a change of the decision table"),
    "sharing.table_refused": _("Refused a change of the decision table"),
    "sharing.table_withdrawn": _("Withdrew a change of the decision table"),
}


def words_of(action: str) -> str:
    """Answer an action in the reader's words; its code when nobody has written them yet."""
    return str(_WORDS.get(action, action))
