namespace Mesh.Model.Recording;

/// <summary>What was asked for.</summary>
/// <param name="Method">The method; <see cref="OtherMethod"/>: one that no permission can name.</param>
/// <param name="Template">The path, see <see cref="PathTemplate"/>.</param>
/// <param name="IsGrpc">Whether it was a gRPC call: then the path is service and method.</param>
public readonly record struct OperationKey(string Method, string Template, bool IsGrpc)
{
    /// <summary>Stands for every method that no permission can name.</summary>
    public const string OtherMethod = "*";

    private static readonly string[] Known = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "PATCH"];

    /// <summary>What a request asked for.</summary>
    /// <param name="method">Its method.</param>
    /// <param name="path">Its path as the app sees it; it begins with a slash.</param>
    /// <param name="isGrpc">Whether it says that it is a gRPC call.</param>
    public static OperationKey Of(string method, string path, bool isGrpc) =>
        isGrpc && method == "POST" && IsGrpcPath(path) ? new(method, path, true) : new(Known.Contains(method) ? method : OtherMethod, PathTemplate.Of(path), false);

    /// <summary>Whether it is one that <see cref="Of"/> makes: what others report is looked at before it is kept.</summary>
    public bool IsValid => IsGrpc ? Method == "POST" && IsGrpcPath(Template) : (Method == OtherMethod || Known.Contains(Method)) && PathTemplate.IsValid(Template);

    /// <inheritdoc />
    public override string ToString() => IsGrpc ? $"gRPC {Template[1..]}" : Method == OtherMethod ? Template : $"{Method} {Template}";

    // Names of protocol buffers are the app's own words, but whoever calls chooses path and content type: they are looked at as all other words are.
    private static bool IsGrpcPath(string path) =>
        path.Length <= 256 && path.Split('/') is ["", var service, var method] && service.Split('.').All(IsIdentifier) && IsIdentifier(method);

    private static bool IsIdentifier(string text) => text.Length > 0 && !char.IsAsciiDigit(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') && PathTemplate.IsWord(text);
}
