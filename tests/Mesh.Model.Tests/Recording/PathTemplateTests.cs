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
    [InlineData("/users/ann@example.com", "/users/{}")]
    [InlineData("/search/two words", "/search/{}")]
    [InlineData("/suche/grün", "/suche/{}")]
    [InlineData("/a;jsessionid=1A2B/b", "/{}/b")]
    [InlineData("/x/{}", "/x/{}")]
    [InlineData("/x/**", "/x/{}")]
    [InlineData("/static/app.3f2a9c.js", "/static/{}")]
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
