using Mesh.Model.Policies;
using Mesh.Model.Policies.Tls;
using Mesh.Model.Resources;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Model.Linting;

/// <summary>What of Tls policies contradicts another, or helps nobody.</summary>
internal static class TlsLint
{
    public static void Run(LintContext context, LintReport report)
    {
        foreach (var door in context.Snapshots.Values.SelectMany(s => s.FrontDoors).Where(d => d.Permissive))
        {
            Permissive(door, report);
        }

        foreach (var policy in context.Policies.All.OfType<TlsPolicy>())
        {
            InboundPort[] ports = [.. Ports(context, policy)];
            for (var i = 0; i < policy.Rules.Length; i++)
            {
                var settings = policy.Rules[i].Default;
                var at = (DeclaredResource.SpecPath / "rules")[i] / "default";
                if (Array.Find(ports, p => settings.MaxVersion < p.Tls.Max && p.Tls.Min > settings.MaxVersion) is { } over)
                {
                    report.Add(LintRules.TlsContradiction, policy, at / "tlsVersion" / "max", $"is {settings.MaxVersion}, but at {over.Port} min is {over.Tls.Min}, and the stricter of them holds; say tlsVersion.min {settings.MaxVersion} too, or make max newer");
                }

                if (settings.Mode == TlsMode.Permissive && ports.Length > 0 && Array.TrueForAll(ports, p => IsExternal(context, p)))
                {
                    report.Add(LintRules.PermissiveExternal, policy, at / "mode", $"means nothing for {ports[0].Port}, which is external: anybody may come in there as it is; leave it out");
                }

                if (settings.Ciphers is not { } ciphers)
                {
                    continue;
                }

                if (ports.Length > 0 && Array.TrueForAll(ports, p => p.Tls.Min == TlsVersion.TLS13))
                {
                    report.Add(LintRules.TlsContradiction, policy, at / "tlsCiphers", $"are suites of TLS 1.2, and {ports[0].Port} speaks nothing older than TLS13; say tlsVersion.min TLS12, or leave them out");
                }

                if (ciphers.FirstOrDefault(c => c.IsForRsa()) is var rsa && rsa.IsForRsa())
                {
                    report.Add(LintRules.CipherOfNobody, policy, (at / "tlsCiphers")[ciphers.IndexOf(rsa)], $"is {rsa.ToWord()}, which takes an RSA key; certificates of the mesh have ECDSA keys, so nobody agrees on it: leave it out");
                }
            }
        }
    }

    private static void Permissive(FrontDoor door, LintReport report)
    {
        report.Add(LintRules.PermissivePort, door.PermissiveOrigin, $"lets callers come to {door.Port} in plain text: nothing says who they are, and others on the way read along; make it Strict once they are in the mesh");
        if (door.Permissions.Allow.Concat(door.Permissions.AllowWithShadowDeny).All(rule => !rule.Principals.IsEmpty))
        {
            report.Add(LintRules.PermissiveForNobody, door.PermissiveOrigin, $"opens {door.Port} to callers without an identity, and no rule lets them in: allow anyone by a TrafficPermission, or make it Strict");
        }
    }

    private static bool IsExternal(LintContext context, InboundPort port) => context.Topology.Services[port.Port.Service].Port(port.Port.Port)!.External;

    private static IEnumerable<InboundPort> Ports(LintContext context, TlsPolicy policy)
    {
        var space = policy.Metadata.Namespace;
        return context.Topology.Services.Values
            .Where(s => (space == Policy.SystemNamespace || space == s.Id.Namespace) && policy.TargetRef.Selects(s.Id, s.Labels, space))
            .SelectMany(s => context.Snapshots[s.Id].Inbound)
            .Where(p => policy.TargetRef.SelectsPort(p.Port.Port));
    }
}
