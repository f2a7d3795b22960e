using System.Security.Cryptography.X509Certificates;

namespace Mesh.Model.Identity;

/// <summary>
/// Builds a certificate's chain where several roots or intermediates have one name, as while roots rotate. The platform's chain builder tells them apart by key
/// identifiers; without those it takes one of the name and gives up when that one did not sign. Here each of a name is tried in turn.
/// </summary>
internal static class ChainSearch
{
    // Two roots and two intermediates of one name are four; what shows more than this is not rotating but attacking.
    private const int MostAttempts = 64;

    /// <summary>Looks for a chain to a root.</summary>
    /// <returns>Why there is none; <see langword="null"/>: there is one.</returns>
    public static string? WhyNone(X509Certificate2 certificate, IEnumerable<X509Certificate2> intermediates, TrustBundle bundle, DateTimeOffset now)
    {
        if (bundle.IsEmpty)
        {
            return "no root certificate is known yet";
        }

        X509Certificate2[] helpers = [.. intermediates];
        var reason = WhyNot(certificate, helpers, bundle.Roots, now);
        if (reason is null || !(HasNamesakes(helpers) || HasNamesakes(bundle.Roots)))
        {
            return reason;
        }

        var attempts = Choices(bundle.Roots).SelectMany(_ => Choices(helpers), (roots, chosen) => (roots, chosen)).Take(MostAttempts);
        return attempts.Any(a => WhyNot(certificate, a.chosen, a.roots, now) is null) ? null : reason;
    }

    private static string? WhyNot(X509Certificate2 certificate, IEnumerable<X509Certificate2> intermediates, IEnumerable<X509Certificate2> roots, DateTimeOffset now)
    {
        using var chain = new X509Chain { ChainPolicy = SvidVerifier.ChainPolicy(roots, now, intermediates) };
        return chain.Build(certificate) ? null : SvidVerifier.WhyUntrusted(chain);
    }

    private static bool HasNamesakes(IReadOnlyCollection<X509Certificate2> certificates) =>
        certificates.Select(Content).Distinct(StringComparer.Ordinal).Count() > certificates.Select(Name).Distinct(StringComparer.Ordinal).Count();

    // Every way to take one of each name.
    private static IEnumerable<X509Certificate2[]> Choices(IEnumerable<X509Certificate2> certificates)
    {
        IEnumerable<X509Certificate2[]> choices = [[]];
        foreach (var namesakes in certificates.DistinctBy(Content, StringComparer.Ordinal).GroupBy(Name, StringComparer.Ordinal))
        {
            choices = choices.SelectMany(_ => namesakes, (chosen, next) => (X509Certificate2[])[.. chosen, next]);
        }

        return choices;
    }

    private static string Name(X509Certificate2 certificate) => Convert.ToHexString(certificate.SubjectName.RawData);

    private static string Content(X509Certificate2 certificate) => Convert.ToHexString(certificate.RawDataMemory.Span);
}
