using Mesh.Model.Policies.TrafficPermission;
using Mesh.Model.Serialization;
using Mesh.Yaml;

namespace Mesh.Model.Tests.Compilation;

/// <summary>The promises of decision 10 over many random pairs of versions.</summary>
public sealed class PermissionNarrowingPropertyTests
{
    private static readonly string[] Callers = ["a", "b", "c"];
    private static readonly string[] Methods = ["GET", "POST", "PUT"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Narrow_AnyTwoVersions_OnlyNarrows(int seed)
    {
        var random = new Random(seed);
        var (changed, kept) = (0, 0);
        for (var i = 0; i < 300; i++)
        {
            var old = Version.Any(random, mayBeBroken: false);
            var now = Version.Any(random, mayBeBroken: true);
            var read = Read(now);
            if (read.Violations.IsEmpty)
            {
                continue;
            }

            var narrowed = PermissionNarrowing.Narrow(read, (TrafficPermissionPolicy)Read(old).Resource!)!;

            foreach (var caller in Callers)
            {
                foreach (var method in Methods)
                {
                    var before = !old.Denied(caller, method) && old.Allowed(caller, method);
                    var after = !Any(narrowed, s => s.Deny, caller, method) && Any(narrowed, s => s.Allow, caller, method);
                    Assert.True(before || !after, $"{caller} {method} was refused by {old} and passes by {now}");
                    Assert.False(after && now.Denied(caller, method), $"{caller} {method} is denied by {now} and passes");
                    Assert.False(after && !now.Allowed(caller, method) && !now.BrokenFor(caller), $"{caller} {method} was revoked by {now} and passes");
                    Assert.True(after || !before || now.Denied(caller, method) || !(now.Allowed(caller, method) || now.BrokenFor(caller)), $"{caller} {method} is allowed by {old} and by {now} and refused");
                    (changed, kept) = (changed + (before && !after ? 1 : 0), kept + (after ? 1 : 0));
                }
            }
        }

        Assert.True(changed > 50 && kept > 50, $"{changed} taken away, {kept} kept: the versions say little");
    }

    private static bool Any(TrafficPermissionPolicy policy, Func<PermissionSettings, IEnumerable<CallerMatch>> list, string caller, string method) =>
        policy.Rules.SelectMany(r => list(r.Default)).Any(c => (c.Service is null || c.Service == caller) && (c.Methods.IsEmpty || c.Methods.Contains(method)));

    private static ResourceReadResult Read(Version version) => ResourceReader.Read(DocumentReader.ReadYaml($$"""
        apiVersion: mesh.dev/v1alpha1
        kind: TrafficPermission
        metadata: {name: test}
        spec: {rules: [{default: {{version}} }]}
        """, "x.yaml").Documents.Single());

    private sealed record Entry(string Caller, string[] Methods, bool Broken)
    {
        public bool Matches(string caller, string method) => !Broken && Caller == caller && (Methods.Length == 0 || Methods.Contains(method));

        public override string ToString()
        {
            string[] methods = [.. Methods, .. Broken ? ["NOPE"] : Array.Empty<string>()];
            return $"{{service: {Caller}{(methods.Length == 0 ? "" : $", methods: [{string.Join(", ", methods)}]")}}}";
        }
    }

    private sealed record Version(Entry[] Allow, Entry[] Deny)
    {
        public static Version Any(Random random, bool mayBeBroken) => new(Entries(random, random.Next(5), mayBeBroken), Entries(random, random.Next(2), mayBeBroken));

        public bool Allowed(string caller, string method) => Allow.Any(e => e.Matches(caller, method));

        public bool Denied(string caller, string method) => Deny.Any(e => e.Matches(caller, method));

        public bool BrokenFor(string caller) => Allow.Any(e => e.Broken && e.Caller == caller);

        public override string ToString() => $"{{allow: [{string.Join(", ", Allow.Select(e => e.ToString()))}], deny: [{string.Join(", ", Deny.Select(e => e.ToString()))}]}}";

        private static Entry[] Entries(Random random, int count, bool mayBeBroken) =>
            [.. Enumerable.Range(0, count).Select(_ => new Entry(Callers[random.Next(3)], [.. Methods.Where(_ => random.Next(3) > 0)], mayBeBroken && random.Next(3) == 0))];
    }
}
