using Mesh.Model.Recording;
using Mesh.Model.Snapshots;

namespace Mesh.Model.Tests.Recording;

public sealed class PathTemplateTests
{
    [Theory]
    // words of the app's authors stay
    [InlineData("/", "/")]
    [InlineData("/orders", "/orders")]
    [InlineData("/orders/", "/orders/")]
    [InlineData("/api/v1/oauth2/token", "/api/v1/oauth2/token")]
    [InlineData("/.well-known/openid-configuration", "/.well-known/openid-configuration")]
    [InlineData("/items:batchGet", "/items:batchGet")]
    [InlineData("/GetAllCustomerOrders", "/GetAllCustomerOrders")]
    [InlineData("/list-of-all-customer-orders", "/list-of-all-customer-orders")]
    [InlineData("/checkout/healthz", "/checkout/healthz")]
    [InlineData("/apis/mesh.dev/v1alpha1/namespaces", "/apis/mesh.dev/v1alpha1/namespaces")]
    [InlineData("/snake_case_names_of_resources", "/snake_case_names_of_resources")]
    [InlineData("/authentication/internationalization", "/authentication/internationalization")]
    [InlineData("/downstream/healthcheck/postgresql/passthrough", "/downstream/healthcheck/postgresql/passthrough")]
    [InlineData("/base64url/oauth2callback/ipv4", "/base64url/oauth2callback/ipv4")]
    [InlineData("/getMyUrl/getAllIds/OIDCLogin/getHttpStatus", "/getMyUrl/getAllIds/OIDCLogin/getHttpStatus")]
    [InlineData("/OrderService.svc/openapi.json", "/OrderService.svc/openapi.json")]
    [InlineData("/CANCELLED/subscriptions/passwordless", "/CANCELLED/subscriptions/passwordless")]
    // numbers
    [InlineData("/orders/7", "/orders/{}")]
    [InlineData("/orders/1024/items/3", "/orders/{}/items/{}")]
    [InlineData("/reports/2026-11-23", "/reports/{}")]
    [InlineData("/orders/order-17", "/orders/{}")]
    // GUID, ULID, hex
    [InlineData("/o/6F9619FF-8B86-D011-B42D-00C04FC964FF", "/o/{}")]
    [InlineData("/o/01ARZ3NDEKTSV4RRFFQ69G5FAV", "/o/{}")]
    [InlineData("/o/deadbeefcafe", "/o/{}")]
    [InlineData("/o/507f1f77bcf86cd799439011", "/o/{}")]
    // tokens and what people type
    [InlineData("/reset/eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9", "/reset/{}")]
    [InlineData("/invite/aZbYcXdWeVfUgThSiRjQ", "/invite/{}")]
    [InlineData("/invite/aB3xY9kQz", "/invite/{}")]
    [InlineData("/invite/k7mPq2Ltv", "/invite/{}")]
    [InlineData("/invite/kjdwqpzt", "/invite/{}")]
    [InlineData("/invite/k3jdwqpz", "/invite/{}")]
    [InlineData("/invite/qwrtplkjhgfdsxcvbnm", "/invite/{}")]
    [InlineData("/invite/tok-aBxYkQzp", "/invite/{}")]
    [InlineData("/invite/kQzBRmwP", "/invite/{}")]
    [InlineData("/invite/aeroplanesaeroplanesae", "/invite/{}")]
    [InlineData("/users/ann@example.com", "/users/{}")]
    [InlineData("/search/two words", "/search/{}")]
    [InlineData("/suche/grün", "/suche/{}")]
    [InlineData("/a;jsessionid=1A2B/b", "/{}/b")]
    [InlineData("/x/{}", "/x/{}")]
    [InlineData("/x/**", "/x/{}")]
    [InlineData("/static/app.3f2a9c.js", "/static/{}")]
    // nothing tells these from words: what docs/recorder.md warns of
    [InlineData("/users/ann", "/users/ann")]
    [InlineData("/invite/aB3xY9k", "/invite/aB3xY9k")]
    [InlineData("/reset/correct-horse-battery", "/reset/correct-horse-battery")]
    // too deep
    [InlineData("/a/b/c/d/e/f/g/h/i/j/k/l/m/n", "/a/b/c/d/e/f/g/h/i/j/k/l/**")]
    public void Of_APath_KeepsWhatItsAuthorsWrote(string path, string template)
    {
        Assert.Equal(template, PathTemplate.Of(path));
        Assert.True(PathTemplate.IsValid(template));
    }

    [Theory]
    [InlineData("")]
    [InlineData("orders")]
    [InlineData("/orders/7")]
    [InlineData("/**/orders")]
    [InlineData("/a\nb")]
    [InlineData("/a/b/c/d/e/f/g/h/i/j/k/l/m/n")]
    public void IsValid_WhatNoSidecarReports_IsNot(string text) => Assert.False(PathTemplate.IsValid(text));

    [Theory]
    [InlineData("/orders", PathMatchKind.Exact, "/orders")]
    [InlineData("/a/b/**", PathMatchKind.PathPrefix, "/a/b")]
    [InlineData("/**", PathMatchKind.PathPrefix, "/")]
    [InlineData("/orders/{}", PathMatchKind.RegularExpression, "/orders/[^/]+")]
    [InlineData("/v1.2/{}/items", PathMatchKind.RegularExpression, @"/v1\.2/[^/]+/items")]
    [InlineData("/a/{}/**", PathMatchKind.RegularExpression, "/a/[^/]+(/.*)?")]
    public void ToMatch_ATemplate_IsWhatPermissionsSay(string template, PathMatchKind kind, string value) =>
        Assert.Equal(new PathMatch(kind, value), PathTemplate.ToMatch(template));

    [Fact]
    public void Fold_ElementWithManyNames_BecomesAny()
    {
        string[] users = [.. Enumerable.Range(0, 30).Select(i => $"/users/{(char)('a' + (i / 10))}{(char)('a' + (i % 10))}/profile")];

        var folded = PathTemplate.Fold([.. users, "/users", "/orders/open", "/orders/closed"], most: 24);

        Assert.All(users, user => Assert.Equal("/users/{}/profile", folded[user]));
        Assert.Equal("/users", folded["/users"]);
        Assert.Equal("/orders/open", folded["/orders/open"]);
    }
}
