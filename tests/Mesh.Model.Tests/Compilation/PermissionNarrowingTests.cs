using Mesh.Model.Policies.TrafficPermission;
using Mesh.Model.Serialization;
using Mesh.Yaml;

namespace Mesh.Model.Tests.Compilation;

public sealed class PermissionNarrowingTests
{
    private const string Old = "{allow: [{service: a}, {service: b, methods: [GET, POST]}], deny: [{service: x}]}";

    [Theory]
    // a mistake elsewhere: nothing changes
    [InlineData("{allow: [{service: a}, {service: b, methods: [GET, POST]}], deny: [{service: x}, {service: y, methods: [NOPE]}]}", "a b:GET,POST", "x x")]
    // revoked beside a mistake
    [InlineData("{allow: [{service: b, methods: [GET, POST]}], deny: [{service: y, methods: [NOPE]}]}", "b:GET,POST", "x")]
    [InlineData("{allow: [{service: default/b, methods: [GET]}], deny: [{service: y, methods: [NOPE]}]}", "default/b:GET", "x")]
    [InlineData("{allow: , deny: [{service: y, methods: [NOPE]}]}", "", "x")]
    // granted beside a mistake: not yet
    [InlineData("{allow: [{service: a}, {service: c}, {service: b}], deny: [{service: y, methods: [NOPE]}]}", "a b:GET,POST", "x")]
    // denied beside a mistake: at once
    [InlineData("{allow: [{service: a}, {service: b, methods: [NOPE]}], deny: [{service: y, methods: [PUT]}]}", "a b:GET,POST", "x y:PUT")]
    // the mistake is in the entry: its caller keeps what it had
    [InlineData("{allow: [{service: a, metods: [GET]}]}", "a", "x")]
    // an entry without a readable caller confirms nobody
    [InlineData("{allow: [{servce: a}]}", "", "x")]
    // entries that cannot be counted: as before
    [InlineData("{alow: [{service: a}]}", "a b:GET,POST", "x")]
    [InlineData("{allow: {service: a}}", "a b:GET,POST", "x")]
    [InlineData("[]", "a b:GET,POST", "x")]
    public void Narrow_WithLastGood_NeverWidens(string settings, string allow, string deny)
    {
        var narrowed = PermissionNarrowing.Narrow(Read(settings), Good(Old))!;

        Assert.Equal((allow, deny), (Show(narrowed, s => s.Allow), Show(narrowed, s => s.Deny)));
    }

    [Theory]
    [InlineData("{allow: [{service: a}], deny: [{service: x, methods: [PUT]}, {service: y, methods: [NOPE]}, {servce: z}]}", "x:PUT y everyone")]
    [InlineData("{allow: [{service: a}], dney: [{service: x}]}", "everyone")]
    [InlineData("{allow: [{service: a, methods: [NOPE]}]}", "")]
    public void Narrow_WithoutLastGood_AllowsNothingAndDeniesAtLeastWhatItSays(string settings, string deny)
    {
        var narrowed = PermissionNarrowing.Narrow(Read(settings), lastGood: null)!;

        Assert.Equal(("", deny), (Show(narrowed, s => s.Allow), Show(narrowed, s => s.Deny)));
    }

    [Fact]
    public void Narrow_OtherTarget_KeepsOldDenialsOnly()
    {
        var narrowed = PermissionNarrowing.Narrow(Read("{allow: [{service: a}], deny: [{service: y, methods: [NOPE]}]}", "payments"), Good(Old))!;

        Assert.Equal(("", "x", "orders"), (Show(narrowed, s => s.Allow), Show(narrowed, s => s.Deny), narrowed.TargetRef.Name));
    }

    private const string Providers = "jwtProviders: [{name: p, issuer: i, audiences: [a], jwks: {file: /k}}], ";

    [Theory]
    // a mistake elsewhere: tokens go on to allow
    [InlineData(Providers, "{allow: [{service: a, jwt: {}}, {service: b}], deny: [{service: y, methods: [NOPE]}]}", "a+jwt b", "x+jwt")]
    // another audience beside a mistake: who has tokens of before may not use them, who has none may
    [InlineData("jwtProviders: [{name: p, issuer: i, audiences: [b], jwks: {file: /k}}], ", "{allow: [{service: a, jwt: {}}, {service: b}], deny: [{service: y, methods: [NOPE]}]}", "b", "x+jwt")]
    // the mistake is in the provider: what hangs on it denies at once, and allows nothing that is not as before
    [InlineData("jwtProviders: [{name: p, issuer: i, jwks: {}}], ", "{allow: [{service: b}], deny: [{service: z, jwt: {}}]}", "b", "x+jwt z")]
    // a condition that came beside a mistake holds at once
    [InlineData(Providers, "{allow: [{service: a, jwt: {}}, {service: b, headers: [{name: h, type: Present}]}], deny: [{service: y, methods: [NOPE]}]}", "a+jwt b+h", "x+jwt")]
    public void Narrow_Tokens_NeverWidens(string providers, string settings, string allow, string deny)
    {
        var good = (TrafficPermissionPolicy)Read($"{Providers}rules: [{{default: {{allow: [{{service: a, jwt: {{}}}}, {{service: b}}], deny: [{{service: x, jwt: {{}}}}]}}}}]", spec: true).Resource!;

        var narrowed = PermissionNarrowing.Narrow(Read($"{providers}rules: [{{default: {settings}}}]", spec: true), good)!;

        Assert.Equal((allow, deny), (ShowAll(narrowed, s => s.Allow), ShowAll(narrowed, s => s.Deny)));
        Assert.Equal(good.JwtProviders, narrowed.JwtProviders);
    }

    [Theory]
    [InlineData("jwtProviders: [{name: p, issuer: i, jwks: {}}], rules: [{default: {allow: [{service: a}], deny: [{service: z, jwt: {}}]}}]", "z")]
    [InlineData("rules: [{default: {deny: [{anyone: true, methods: [NOPE]}]}}]", "everyone")]
    public void Narrow_TokensWithoutLastGood_DeniesAtLeastWhatItSays(string spec, string deny)
    {
        var narrowed = PermissionNarrowing.Narrow(Read(spec, spec: true), lastGood: null)!;

        Assert.Equal(("", deny), (ShowAll(narrowed, s => s.Allow), ShowAll(narrowed, s => s.Deny)));
        Assert.Empty(narrowed.JwtProviders);
    }

    private static string ShowAll(TrafficPermissionPolicy policy, Func<PermissionSettings, IEnumerable<CallerMatch>> list) => string.Join(' ', policy.Rules.SelectMany(r => list(r.Default)).Select(c =>
        $"{(c.Anyone ? "everyone" : c.Service)}{(c.Jwt is null ? "" : "+jwt")}{string.Concat(c.Headers.Select(h => $"+{h.Name}"))}"));

    private static ResourceReadResult Read(string text, bool spec) => ResourceReader.Read(DocumentReader.ReadYaml($$"""
        apiVersion: mesh.dev/v1alpha1
        kind: TrafficPermission
        metadata: {name: test}
        spec: {{{(spec ? text : "")}}}
        """, "x.yaml").Documents.Single());

    [Fact]
    public void Narrow_NothingReadable_KeepsLastGood()
    {
        var good = Good(Old);

        Assert.Same(good, PermissionNarrowing.Narrow(ResourceReader.Read(DocumentReader.ReadYaml("kind: Traffic", "x.yaml").Documents[0]), good));
        Assert.Null(PermissionNarrowing.Narrow(ResourceReader.Read(DocumentReader.ReadYaml("kind: Traffic", "x.yaml").Documents[0]), lastGood: null));
    }

    private static TrafficPermissionPolicy Good(string settings)
    {
        var read = ResourceReader.Read(Document(settings, "orders"));
        Assert.Empty(read.Violations);
        return (TrafficPermissionPolicy)read.Resource!;
    }

    private static ResourceReadResult Read(string settings, string target = "orders")
    {
        var read = ResourceReader.Read(Document(settings, target));
        Assert.NotEmpty(read.Violations);
        Assert.Null(read.Resource);
        return read;
    }

    private static MeshDocument Document(string settings, string target) => DocumentReader.ReadYaml($$"""
        apiVersion: mesh.dev/v1alpha1
        kind: TrafficPermission
        metadata: {name: test}
        spec: {targetRef: {kind: Service, name: {{target}} }, rules: [{default: {{settings}} }]}
        """, "x.yaml").Documents.Single();

    private static string Show(TrafficPermissionPolicy policy, Func<PermissionSettings, IEnumerable<CallerMatch>> list) => string.Join(' ', policy.Rules
        .SelectMany(r => list(r.Default))
        .Select(c => (c.Service ?? "everyone") + (c.Methods.IsEmpty ? "" : $":{string.Join(',', c.Methods)}")));
}
