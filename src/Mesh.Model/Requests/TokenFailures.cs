namespace Mesh.Model.Requests;

/// <summary>Failures in words.</summary>
public static class TokenFailures
{
    /// <summary>As metrics and logs write it.</summary>
    public static string Word(this TokenFailure failure) => failure switch
    {
        TokenFailure.Malformed => "malformed",
        TokenFailure.Several => "several",
        TokenFailure.TooLarge => "too_large",
        TokenFailure.Algorithm => "algorithm",
        TokenFailure.Critical => "critical_header",
        TokenFailure.Issuer => "issuer",
        TokenFailure.Audience => "audience",
        TokenFailure.KeyUnknown => "key_unknown",
        TokenFailure.Signature => "signature",
        TokenFailure.Expired => "expired",
        TokenFailure.NotYetValid => "not_yet_valid",
        TokenFailure.KeysUnavailable => "keys_unavailable",
        _ => throw new ArgumentOutOfRangeException(nameof(failure), failure, null),
    };

    /// <summary>For people; nothing of the token is in it.</summary>
    public static string Sentence(this TokenFailure failure) => failure switch
    {
        TokenFailure.Malformed => "the token is no signed JSON Web Token",
        TokenFailure.Several => "the request carries several tokens",
        TokenFailure.TooLarge => "the token is too long",
        TokenFailure.Algorithm => "the token is signed in a way that is not taken; RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384 and ES512 are",
        TokenFailure.Critical => "the token has a critical header, which nobody here understands",
        TokenFailure.Issuer => "nobody here takes tokens of this issuer",
        TokenFailure.Audience => "the token was made for another audience",
        TokenFailure.KeyUnknown => "the issuer has no such key",
        TokenFailure.Signature => "the token's signature is wrong",
        TokenFailure.Expired => "the token has expired, or says nothing of its end",
        TokenFailure.NotYetValid => "the token is not valid yet",
        TokenFailure.KeysUnavailable => "the issuer's keys cannot be had",
        _ => throw new ArgumentOutOfRangeException(nameof(failure), failure, null),
    };
}
