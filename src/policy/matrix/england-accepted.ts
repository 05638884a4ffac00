/**
 * What the analysis finds in the default policy and is meant, with the reason. Printed with the policy's hash as
 * `policies/england-illustrative.accepted.json`.
 */
export const englandAccepted: readonly { readonly id: string; readonly reason: string }[] = [
  {
    id: 'SA-3/child-in-need/circumstance',
    reason:
      'Meant. A homeless child of 16 or 17 and an unaccompanied child are owed a statutory assessment, and the other three ' +
      'have severity 4: each makes the child one in need of help, and none of them can lead to child protection.',
  },
  {
    id: 'SA-4/child-protection/one-agency-alone/any[0]',
    reason:
      'Meant. Whoever sees an indicator that is significant harm by itself must not have to wait for a second agency to ' +
      'see it too; a person decides what follows.',
  },
  {
    id: 'SA-4/child-protection/one-agency-alone/any[1]',
    reason:
      'Meant. Police protection brings the duty to make enquiries (Children Act 1989 s47(1)), and only the police report it.',
  },
  {
    id: 'SA-4/child-protection/one-agency-alone/any[2]',
    reason:
      'Meant. Two acute harms in two dimensions on two days are a pattern, also where only one agency knows the family; ' +
      'circumstances and vulnerabilities are left out of it.',
  },
  {
    id: 'SA-6/child-protection/any[3].all[1]/shadowed',
    reason:
      'Kept on purpose. No agency can bring more than 100 points, so that 160 take two agencies as it is; the rule says ' +
      'so in words, and goes on saying so if the cap is ever changed.',
  },
]
