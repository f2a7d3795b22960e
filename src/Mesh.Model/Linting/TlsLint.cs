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
        foreach (var policy in context.Policies.All.OfType<TlsPolicy>())
        {
            InboundPort[] ports = [.. Ports(context, policy)];
            for (var i = 0; i < policy.Rules.Length; i++)
            {
                var settings = policy.Rules[i].Default;
                var at = (MeshResource.SpecPath / "rules")[i] / "default";
                if (Array.Find(ports, p => settings.MaxVersion < p.Tls.Max && p.Tls.Min > settings.MaxVersion) is { } over)
                {
                    report.Add(LintRules.TlsContradiction, policy, at / "tlsVersion" / "max", $"is {settings.MaxVersion}, but at {over.Port} min is {over.Tls.Min}, and the stricter of them holds; say tlsVersion.min {settings.MaxVersion} too, or make max newer");
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

    private static IEnumerable<InboundPort> Ports(LintContext context, TlsPolicy policy)
    {
        var space = policy.Metadata.Namespace;
        return context.Topology.Services.Values
            .Where(s => (space == Policy.SystemNamespace || space == s.Id.Namespace) && policy.TargetRef.Selects(s.Id, s.Labels, space))
            .SelectMany(s => context.Snapshots[s.Id].Inbound)
            .Where(p => policy.TargetRef.SelectsPort(p.Port.Port));
    }
}
